package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var released = flag.String("release", "", "the folder that release/build has made, with a program for Linux on this processor")

// A release is what is in an archive.
type release struct {
	name   string // of the archive, without its ending
	folder string // where it is unpacked
	header []*tar.Header
}

// unpacked is the archive for this machine.
func unpacked(t *testing.T) *release {
	t.Helper()
	if *released == "" {
		t.Skip("there is no -release")
	}
	found, err := filepath.Glob(filepath.Join(*released, "cnnlang-*-linux-"+runtime.GOARCH+".tar.gz"))
	if err != nil || len(found) != 1 {
		t.Fatalf("archives: %v, %v", found, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	r := &release{name: strings.TrimSuffix(filepath.Base(found[0]), ".tar.gz"), folder: t.TempDir()}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		r.header = append(r.header, h)
	}
	if text, err := exec.Command("tar", "-xzf", found[0], "-C", r.folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	r.folder = filepath.Join(r.folder, r.name)
	return r
}

func (r *release) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// output is what the program prints.
func (r *release) output(t *testing.T, args ...string) string {
	t.Helper()
	text, err := exec.Command(filepath.Join(r.folder, "cnnlang"), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("cnnlang %q: %v\n%s", args, err, text)
	}
	return string(text)
}

func TestReleaseHoldsWhatItShould(t *testing.T) {
	r := unpacked(t)
	want := []string{"CHANGELOG.md", "Containerfile", "LICENSE", "NOTICE", "README.md", "cnnlang", "licences.txt", "man/man1/cnnlang.1",
		"completions/_cnnlang", "completions/cnnlang.bash", "completions/cnnlang.fish", "completions/cnnlang.ps1"}
	_, verbs, _ := strings.Cut(r.output(t, "--help"), "\nAvailable Commands:\n")
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(strings.Split(verbs, "\n\n")[0], -1) {
		want = append(want, "man/man1/cnnlang-"+m[1]+".1")
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		want = append(want, "man/man1/cnnlang-completion-"+shell+".1")
	}
	var got []string
	for _, h := range r.header {
		name := strings.TrimPrefix(h.Name, r.name+"/")
		if h.Typeflag == tar.TypeReg {
			got = append(got, name)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || !h.ModTime.Equal(r.header[0].ModTime) {
			t.Errorf("%s belongs to %d %d %q %q and is of %v", h.Name, h.Uid, h.Gid, h.Uname, h.Gname, h.ModTime)
		}
		if executable := h.Typeflag == tar.TypeDir || name == "cnnlang"; (h.Mode&0o111 != 0) != executable {
			t.Errorf("%s has mode %o", h.Name, h.Mode)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the archive has\n%q, want\n%q", got, want)
	}
}

func TestSumsAreThoseOfTheFiles(t *testing.T) {
	r := unpacked(t)
	sums, err := os.ReadFile(filepath.Join(*released, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(*released)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(*released, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if f.Name() != "SHA256SUMS" {
			want += fmt.Sprintf("%x  %s\n", sha256.Sum256(data), f.Name())
		}
	}
	if string(sums) != want || !strings.Contains(want, r.name+".tar.gz") || !strings.Contains(want, r.name+".cdx.json") {
		t.Errorf("SHA256SUMS has\n%s, want\n%s", sums, want)
	}
}

// The program needs no other file, knows no folder of the machine that built it, and says of which version it is.
func TestReleasedProgram(t *testing.T) {
	r := unpacked(t)
	program := filepath.Join(r.folder, "cnnlang")
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("it is linked dynamically: %v", p.Type)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := command("", "env", "GOMODCACHE")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{path.Dir(path.Dir(here)), strings.TrimSpace(string(modules))} {
		if strings.Contains(r.read(t, "cnnlang"), folder+"/") {
			t.Errorf("it contains %s", folder)
		}
	}
	commit, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	version := strings.TrimSuffix(strings.TrimPrefix(r.name, "cnnlang-"), "-linux-"+runtime.GOARCH)
	want := fmt.Sprintf(`^cnnlang %s %s\+?, %s, linux/%s, `, regexp.QuoteMeta(version), strings.TrimSpace(string(commit)), regexp.QuoteMeta(runtime.Version()), runtime.GOARCH)
	if got := r.output(t, "version"); !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("it says %q, want %s", got, want)
	}
}

// The licences and the SBOM are those of the modules of which the linker says that they are in the program.
func TestPartsAreThoseThatAreLinked(t *testing.T) {
	r := unpacked(t)
	info, err := buildinfo.ReadFile(filepath.Join(r.folder, "cnnlang"))
	if err != nil {
		t.Fatal(err)
	}
	var linked []string
	for _, m := range info.Deps {
		linked = append(linked, m.Path+" "+m.Version)
	}
	slices.Sort(linked)
	if len(linked) < 10 {
		t.Fatalf("linked: %q", linked)
	}
	rule := strings.Repeat("=", 80) + "\n"
	var licences []string
	for _, part := range strings.Split(r.read(t, "licences.txt"), rule)[1:] {
		name, text, _ := strings.Cut(part, "\n")
		licences = append(licences, name)
		if !regexp.MustCompile(`(?i)copyright|permission is hereby granted`).MatchString(text) {
			t.Errorf("what stands at %s is no licence", name)
		}
	}
	if want := append([]string{"go " + runtime.Version()}, linked...); !slices.Equal(licences, want) {
		t.Errorf("licences of\n%q, want\n%q", licences, want)
	}
	text, err := os.ReadFile(filepath.Join(*released, r.name+".cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sbom struct {
		BOMFormat, SpecVersion string
		Metadata               struct {
			Component  struct{ Name, Version string }
			Properties []struct{ Name, Value string }
			Tools      []map[string]any
		}
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &sbom); err != nil {
		t.Fatal(err)
	}
	var components []string
	for _, c := range sbom.Components {
		components = append(components, c.Name+" "+c.Version)
	}
	want := append(linked, "std "+runtime.Version())
	slices.Sort(want)
	slices.Sort(components)
	if sbom.BOMFormat != "CycloneDX" || sbom.Metadata.Component.Name != "cnnlang" || !strings.HasPrefix(r.name, "cnnlang-"+sbom.Metadata.Component.Version+"-") || !slices.Equal(components, want) {
		t.Errorf("the SBOM is of %+v with\n%q, want\n%q", sbom.Metadata.Component, components, want)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(r.read(t, "cnnlang"))))
	if !strings.Contains(string(text), sum) || len(sbom.Metadata.Tools) != 1 || sbom.Metadata.Tools[0]["hashes"] != nil {
		t.Errorf("the SBOM should have the program's hash, %s, and none of the tool that wrote it: %v", sum, sbom.Metadata.Tools)
	}
}
