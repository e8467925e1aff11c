package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// doctorDocument is cnnlang.doctor/v1.
type doctorDocument struct {
	Schema  string          `json:"schema"`
	Version versionDocument `json:"version"`
	// Sets are the instruction sets there are, and Kernels those that are used, by what for.
	Sets        []string        `json:"instruction_sets"`
	Kernels     []doctorKernels `json:"kernels"`
	Processors  int             `json:"processors"`
	Cores       int             `json:"cores"` // 0 if it is not known
	Threads     int             `json:"threads"`
	Memory      doctorMemory    `json:"memory"`
	Cache       doctorCache     `json:"cache"`
	Environment []variable      `json:"environment"`
	SelfTest    doctorTest      `json:"self_test"`
	Problems    []string        `json:"problems"`
	Warnings    []string        `json:"warnings"`
}

type doctorKernels struct {
	Use string `json:"use"` // a precision, jpeg or resize
	Set string `json:"instruction_set"`
}

type doctorMemory struct {
	Available int64         `json:"available_bytes"`
	Usable    int64         `json:"usable_bytes"` // by default
	Limits    []doctorLimit `json:"limits"`
}

type doctorLimit struct {
	Name string `json:"name"`
	Max  int64  `json:"max_bytes"` // 0 if it is not set
	Used int64  `json:"used_bytes"`
}

type doctorCache struct {
	Folder   string `json:"folder"` // "" if the user has none
	Exists   bool   `json:"exists"`
	Writable bool   `json:"writable"`
	Mode     string `json:"mode,omitempty"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	More     bool   `json:"more"` // it has more files than were counted
}

type doctorTest struct {
	Results []doctorResult `json:"results"`
	Seconds real           `json:"seconds"`
}

type doctorResult struct {
	Op        string `json:"op"`
	Algorithm string `json:"algorithm"`
	Precision string `json:"precision"`
	Error     real   `json:"error"` // as a share of the largest result
	Allowed   real   `json:"allowed"`
}

// doctor is `cnnlang doctor`.
func (a *app) doctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what the program finds of this machine, and test its kernels",
		Long: "doctor says which instruction sets the processor has and which the kernels use, how\n" +
			"many threads and how much memory a model may take and what limits that, where the\n" +
			"cache is, and which environment variables mean something. Then it computes small\n" +
			"operations in every way there is and compares them with the reference, which takes\n" +
			"about a second. If one is wrong, or a setting is, the exit code is 1.",
		Example: "  cnnlang doctor\n  cnnlang doctor -o json",
		Args:    arguments(0, 0, ""),
	}
	format := formatFlag(cmd, textFormats)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, err := a.examine(cmd.Context())
		if err != nil {
			return err
		}
		if format.value == "json" {
			err = a.json(d)
		} else {
			d.print(a)
		}
		if err == nil && len(d.Problems) > 0 {
			err = &failures{exitProblems}
		}
		return err
	}
	return cmd
}

// examine looks at everything.
func (a *app) examine(ctx context.Context) (doctorDocument, error) {
	m := interp.ThisMachine()
	d := doctorDocument{
		Schema: "cnnlang.doctor/v1", Version: versionOf(), Sets: m.Sets,
		Processors: m.Processors, Cores: m.Cores, Threads: m.Threads, Memory: doctorMemory{m.Available, m.Usable, nil},
		Cache: cacheNow(), Environment: environmentNow(), Problems: []string{}, Warnings: []string{},
	}
	d.Version.InstructionSet = m.Kernels["f32"]
	for _, use := range slices.Sorted(maps.Keys(m.Kernels)) {
		d.Kernels = append(d.Kernels, doctorKernels{use, m.Kernels[use]})
	}
	for _, l := range m.Limits {
		d.Memory.Limits = append(d.Memory.Limits, doctorLimit(l))
	}
	if m.Wrong != nil {
		d.Problems = append(d.Problems, plain(m.Wrong))
	}
	switch c := d.Cache; {
	case c.Folder == "":
		d.Warnings = append(d.Warnings, "the user has no cache folder: `get` needs --output, and --cache a folder")
	case c.Exists && !c.Writable:
		d.Warnings = append(d.Warnings, fmt.Sprintf("the cache %s cannot be written: `get` and --cache cannot keep anything", c.Folder))
	}
	start := time.Now()
	results, err := interp.TestKernels(ctx)
	if err != nil {
		return d, err
	}
	d.SelfTest.Results = []doctorResult{}
	for _, r := range results {
		if !r.Right() {
			d.Problems = append(d.Problems, fmt.Sprintf("%s by %s in %s is wrong: off by %.2g of the largest result, and at most %.2g is right; CNNLANG_ISA=generic may help",
				r.Op, r.Algorithm, r.Precision, r.Error, r.Allowed))
		}
		d.SelfTest.Results = append(d.SelfTest.Results, doctorResult{r.Op, r.Algorithm, r.Precision, real(r.Error), real(r.Allowed)})
	}
	for _, wrong := range interp.TestPictureKernels() {
		d.Problems = append(d.Problems, wrong.Error()+"; CNNLANG_ISA=generic may help")
	}
	d.SelfTest.Seconds = real(time.Since(start).Seconds())
	return d, nil
}

// cacheNow looks at the user's cache. It creates nothing but a file that it removes again.
func cacheNow() (c doctorCache) {
	const mostFiles = 100_000
	folder, err := os.UserCacheDir()
	if err != nil {
		return c
	}
	c.Folder = filepath.Join(folder, "cnnlang")
	info, err := os.Stat(c.Folder)
	if err != nil || !info.IsDir() {
		return c
	}
	c.Exists, c.Mode = true, info.Mode().Perm().String()
	if f, err := os.CreateTemp(c.Folder, "doctor-*"); err == nil {
		c.Writable = true
		f.Close()
		os.Remove(f.Name())
	}
	filepath.WalkDir(c.Folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // what cannot be read is not counted
		}
		if c.Files == mostFiles {
			c.More = true
			return fs.SkipAll
		}
		c.Files++
		if info, err := e.Info(); err == nil {
			c.Bytes += info.Size()
		}
		return nil
	})
	return c
}

// print writes it for people.
func (d doctorDocument) print(a *app) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(a.stdout, "%-12s %s\n", name, visible(fmt.Sprintf(format, args...)))
	}
	row("version", "%s", versionLine())
	cores := ""
	if d.Cores > 0 {
		cores = fmt.Sprintf(", %d cores", d.Cores)
	}
	row("processors", "%d%s; %d threads by default", d.Processors, cores, d.Threads)
	row("sets", "%s", strings.Join(d.Sets, ", "))
	kernels := []string{}
	for _, k := range d.Kernels {
		kernels = append(kernels, k.Use+" "+k.Set)
	}
	row("kernels", "%s", strings.Join(kernels, ", "))
	row("memory", "%s available, %s usable by default", interp.Bytes(d.Memory.Available), interp.Bytes(d.Memory.Usable))
	for _, l := range d.Memory.Limits {
		if l.Max == 0 {
			row("", "%s: no limit", l.Name)
		} else {
			row("", "%s: %s, of which %s are used", l.Name, interp.Bytes(l.Max), interp.Bytes(l.Used))
		}
	}
	switch c := d.Cache; {
	case c.Folder == "":
		row("cache", "none")
	case !c.Exists:
		row("cache", "%s, which is made when something is kept", c.Folder)
	default:
		more := ""
		if c.More {
			more = "more than "
		}
		files := fmt.Sprintf("%d files", c.Files)
		if c.Files == 1 {
			files = "1 file"
		}
		row("cache", "%s: %s%s, %s, %s", c.Folder, more, files, interp.Bytes(c.Bytes), c.Mode)
	}
	for i, v := range d.Environment {
		title, value := "", "not set"
		if i == 0 {
			title = "environment"
		}
		if v.Set {
			value = fmt.Sprintf("%q", v.Value)
		}
		row(title, "%-15s %s: %s", v.Name, value, v.Meaning)
	}
	row("self-test", "%d computations by %d kinds of operations, %.2f s", len(d.SelfTest.Results), d.kinds(), float64(d.SelfTest.Seconds))
	for _, warning := range d.Warnings {
		a.tell("warning", warning)
	}
	for _, problem := range d.Problems {
		a.message(problem, "")
	}
	if len(d.Problems) == 0 {
		row("", "nothing is wrong")
	}
}

// kinds is how many operations were tested.
func (d doctorDocument) kinds() int {
	all := map[string]bool{}
	for _, r := range d.SelfTest.Results {
		all[r.Op] = true
	}
	return len(all)
}
