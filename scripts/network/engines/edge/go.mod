// Polygon Edge, at the version that was seen running: see docs/networks.md.
module civitas/network/edge

go 1.22

require github.com/0xPolygon/polygon-edge v1.3.3
