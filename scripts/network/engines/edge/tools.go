//go:build tools

// Package edge names the command that is built, so that go.sum has what it needs.
package edge

import _ "github.com/0xPolygon/polygon-edge"
