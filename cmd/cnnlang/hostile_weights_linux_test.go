package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every file that a reader's tests refuse is given to the program, in one process: the exit code
// is that of what the reader says, the message names the file, and memory is bounded. The tests
// of the readers keep these files.
func TestHostileFilesOfWeightsGivenToTheProgram(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/weights/hostile/*.zip")
	if err != nil || len(archives) < 11 {
		t.Fatal(archives, err)
	}
	folder := t.TempDir()
	var files []string
	for _, path := range archives {
		files = append(files, unpackHostile(t, path, folder)...)
	}
	if len(files) < 590 {
		t.Errorf("got %d files", len(files))
	}
	cmd, stderr := command(t, folder)
	cmd.Env = append(cmd.Env, lineByLine+"=1")
	cmd.Stdin = strings.NewReader("weights " + strings.Join(files, "\nweights ") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	const most = 200 << 20
	if resident := residentOf(t, cmd); resident > most {
		t.Errorf("took %d MiB", resident>>20)
	}
	answers := json.NewDecoder(strings.NewReader(string(out)))
	for _, file := range files {
		var got answered
		if err := answers.Decode(&got); err != nil {
			t.Fatal(file, err)
		}
		var want int
		fmt.Sscanf(file[strings.LastIndex(file, "-"):], "-%d.", &want)
		// The name is that of the file or of another in its folder, which it needs.
		if got.Code != want || want != 0 && !strings.HasPrefix(got.Message, "error: "+filepath.Dir(file)+"/") {
			t.Errorf("%s: exit code %d\n%.1000s", file, got.Code, got.Message)
		}
	}
}

// unpackHostile unpacks files as filetest.Keep keeps them, into a folder of the archive's name, and
// returns the names of those that are not merely beside others.
func unpackHostile(t *testing.T, path, folder string) (names []string) {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	kind := strings.TrimSuffix(filepath.Base(path), ".zip")
	if err := os.Mkdir(filepath.Join(folder, kind), 0o777); err != nil {
		t.Fatal(err)
	}
	first := map[int][]byte{} // of each length
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name[0] >= '0' && f.Name[0] <= '9' {
			names = append(names, kind+"/"+f.Name)
			for i, b := range first[len(raw)] {
				raw[i] ^= b
			}
			if first[len(raw)] == nil {
				first[len(raw)] = raw
			}
		}
		if err := os.WriteFile(filepath.Join(folder, kind, f.Name), raw, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return names
}
