package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// program is what is packed.
const program = "cnnlang/cmd/cnnlang"

// licenceName is what files are called that one has to pass on, and folders that are full of such files.
var licenceName = regexp.MustCompile(`(?i)^((third[-_]?party[-_]?)?licen[cs]es?|copying|notices?|patents|unlicense)([-._].*)?$`)

// A linkedModule is a module of which packages are linked into the program.
type linkedModule struct {
	name, version, folder string
	packages              []string // their folders
}

// licences prints the licences of Go and of every module that is linked: those in the folders of its packages, and in those above
// up to the module's own.
func licences(w io.Writer, platform string) error {
	modules, err := linked(platform)
	if err != nil {
		return err
	}
	goRoot, err := command("", "env", "GOROOT")
	if err != nil {
		return err
	}
	version, err := command("", "env", "GOVERSION")
	if err != nil {
		return err
	}
	goItself := &linkedModule{name: "go", version: strings.TrimSpace(string(version)), folder: strings.TrimSpace(string(goRoot))}
	fmt.Fprintln(w, "This program contains parts that others wrote. Their licences follow.")
	for _, m := range append([]*linkedModule{goItself}, modules...) {
		files, err := m.licenceFiles()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s\n%s %s\n", strings.Repeat("=", 80), m.name, m.version)
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(m.folder, file))
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s\n%s\n\n%s\n", strings.Repeat("-", 80), filepath.ToSlash(file), bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
		}
	}
	return nil
}

// linked lists the modules for a platform, by their names.
func linked(platform string) ([]*linkedModule, error) {
	text, err := command(platform, "list", "-deps", "-json=Dir,Module", program)
	if err != nil {
		return nil, err
	}
	modules := map[string]*linkedModule{}
	for list := json.NewDecoder(bytes.NewReader(text)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
				Replace            *struct{ Path string }
			}
		}
		switch err := list.Decode(&p); {
		case errors.Is(err, io.EOF):
			names := slices.Sorted(maps.Keys(modules))
			sorted := make([]*linkedModule, len(names))
			for i, name := range names {
				sorted[i] = modules[name]
			}
			return sorted, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		case p.Module == nil || p.Module.Main: // Go's own, or ours
			continue
		case p.Module.Replace != nil:
			return nil, fmt.Errorf("%s is replaced by %s, whose licence is not looked for", p.Module.Path, p.Module.Replace.Path)
		}
		m := modules[p.Module.Path]
		if m == nil {
			m = &linkedModule{name: p.Module.Path, version: p.Module.Version, folder: p.Module.Dir}
			modules[m.name] = m
		}
		m.packages = append(m.packages, p.Dir)
	}
}

// licenceFiles are the names of a module's licences, from its folder.
func (m *linkedModule) licenceFiles() ([]string, error) {
	found := map[string]bool{}
	for _, folder := range append(slices.Clone(m.packages), m.folder) {
		for ; len(folder) >= len(m.folder); folder = filepath.Dir(folder) {
			if err := m.licencesIn(folder, licenceName, found); err != nil {
				return nil, err
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s %s is linked, and has no licence in %s", m.name, m.version, m.folder)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// licencesIn finds files with such names in a folder, and in folders in it that have them all files.
func (m *linkedModule) licencesIn(folder string, named *regexp.Regexp, found map[string]bool) error {
	list, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range list {
		file := filepath.Join(folder, e.Name())
		switch {
		case !named.MatchString(e.Name()) || filepath.Ext(file) == ".go":
		case e.IsDir():
			if err := m.licencesIn(file, regexp.MustCompile(""), found); err != nil {
				return err
			}
		default:
			name, err := filepath.Rel(m.folder, file)
			if err != nil {
				return err
			}
			found[name] = true
		}
	}
	return nil
}

// command is what a command of Go prints, for a platform unless that is "".
func command(platform string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	if platform != "" {
		system, processor, ok := strings.Cut(platform, "/")
		if !ok {
			return nil, fmt.Errorf("%q is no platform: want one such as linux/amd64", platform)
		}
		cmd.Env = append(cmd.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
	}
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return text, nil
}
