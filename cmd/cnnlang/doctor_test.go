package main

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"cnnlang/ops/cpu"
)

// readers are the ways to read an environment variable, with those that Go's packages read so.
var readers = map[string][]string{
	`os\.UserCacheDir\(`: {"HOME", "XDG_CACHE_HOME", "LocalAppData"},
	`net/http"`:          {"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"},
	`runtime"`:           {"GOMAXPROCS", "GODEBUG", "GOTRACEBACK"},
	`runtime/debug"`:     {"GOMEMLIMIT", "GOGC"},
}

// `cnnlang doctor` lists the variables that the sources read, and no others.
func TestDoctorKnowsTheEnvironment(t *testing.T) {
	read := map[string]bool{}
	named := regexp.MustCompile(`\bos\.(?:Getenv|LookupEnv)\(("\w+"|\w+)\)`)
	for _, f := range goFiles(t) {
		if f.isTest() || f.path == "cmd/cnnlang/environment.go" {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(f.text, -1) {
			switch name := m[1]; {
			case name == "Knob":
				read[cpu.Knob] = true
			case name[0] == '"':
				read[name[1:len(name)-1]] = true
			default:
				t.Errorf("%s reads a variable whose name is %s", f.path, name)
			}
		}
		for pattern, names := range readers {
			if regexp.MustCompile(pattern).MatchString(f.text) {
				for _, name := range names {
					read[name] = true
				}
			}
		}
	}
	var listed []string
	for _, v := range variables {
		listed = append(listed, v.Name)
	}
	slices.Sort(listed)
	if want := slices.Sorted(maps.Keys(read)); !slices.Equal(listed, want) {
		t.Errorf("listed are %q, read are %q", listed, want)
	}
}
