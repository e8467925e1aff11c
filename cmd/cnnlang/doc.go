package main

import "github.com/spf13/cobra"

func (a *app) doc() *cobra.Command { return &cobra.Command{Use: "doc"} }
