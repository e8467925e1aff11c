package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"cnnlang/ops/exec"
)

// release and commit are what release/build says of a program (-ldflags -X); "" in any other build, of which Go says what it knows.
var release, commit string

// versionDocument is cnnlang.version/v1.
type versionDocument struct {
	Schema   string `json:"schema"`
	Version  string `json:"version"`  // "(devel)" where neither release/build nor Go says one
	Revision string `json:"revision"` // the commit, with + where files had changed; "" if unknown
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	// InstructionSet is what the kernels use.
	InstructionSet string `json:"instruction_set"`
}

// version is `cnnlang version`.
func (a *app) version() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  cnnlang version -o json",
		Args:    arguments(0, 0, ""),
	}
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(*cobra.Command, []string) error {
		isa, err := exec.ISA()
		if err != nil {
			return usage("%s", plain(err))
		}
		if format.value == "json" {
			v := versionOf()
			v.InstructionSet = isa
			return a.json(v)
		}
		_, err = fmt.Fprintf(a.stdout, "%s, %s\n", versionLine(), isa)
		return err
	}
	return cmd
}

func versionOf() versionDocument {
	v := versionDocument{
		Schema: "cnnlang.version/v1", Version: "(devel)",
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
	if release != "" {
		v.Version, v.Revision = release, commit
		return v
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	changed := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+"
			}
		}
	}
	if v.Revision != "" {
		v.Revision += changed
	}
	return v
}

func versionLine() string {
	v := versionOf()
	line := "cnnlang " + v.Version
	if v.Revision != "" {
		line += " " + v.Revision
	}
	return fmt.Sprintf("%s, %s, %s/%s", line, v.Go, v.OS, v.Arch)
}
