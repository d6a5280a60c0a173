//go:build tools

// Package kaia names the commands that are built, so that go.sum has what they need.
package kaia

import (
	_ "github.com/kaiachain/kaia/cmd/homi"
	_ "github.com/kaiachain/kaia/cmd/kcn"
)
