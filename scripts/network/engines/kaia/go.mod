// Kaia's consensus node and its set-up tool, at the versions that were seen running: see docs/networks.md.
module civitas/network/kaia

go 1.22.1

require (
	github.com/kaiachain/kaia v1.0.3
	github.com/supranational/blst v0.3.14
)
