//go:build tools

// Package clique names the command that is built, so that go.sum has what it needs.
package clique

import _ "github.com/ethereum/go-ethereum/cmd/geth"
