// geth with Clique, at the version that was seen running: see docs/networks.md.
module civitas/network/clique

go 1.22

require github.com/ethereum/go-ethereum v1.13.15
