// Command kaia is Kaia's consensus node, kcn, with one more option: which address it listens on for its peers.
// kcn itself takes a port alone, and listens on all addresses of the machine.
package main

import (
	"fmt"
	"os"

	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/cmd/utils/nodecmd"
	"github.com/kaiachain/kaia/node"
	"github.com/urfave/cli/v2"
)

var listen = &cli.StringFlag{Name: "listen", Value: "127.0.0.1:32323", Usage: "address for peers"}

func main() {
	utils.NodeTypeFlag.Value = "cn" // a consensus node
	app := utils.NewApp("", "a validator of Kaia that listens on one address")
	app.Commands = []*cli.Command{nodecmd.InitCommand}
	app.Flags = append(utils.KcnAppFlags(), listen)
	app.Before = func(context *cli.Context) error {
		node.DefaultConfig.P2P.ListenAddr = context.String(listen.Name)
		return nodecmd.BeforeRunNode(context)
	}
	app.Action = nodecmd.RunKaiaNode
	if err := app.Run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
