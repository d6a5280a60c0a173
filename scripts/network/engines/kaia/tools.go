//go:build tools

// Names the other command that is built, so that go.sum has what it needs.
package main

import _ "github.com/kaiachain/kaia/cmd/homi"
