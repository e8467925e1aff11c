package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A project is a repository whose networks are kept right as docs/ci.md says.
type project struct {
	t      *testing.T
	folder string
	path   string // with the program
}

const (
	rightNet = "net small(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {\n  conv(16, 3x3) -> bn -> relu\n  gap -> flatten -> fc: linear(classes)\n}\n"
	wrongNet = "net wrong [N, 3, H = 8, W = 8] -> [N, 4, _, _] { conv(5, 3x3) }\n"
)

// newProject is one with a right network and git.
func newProject(t *testing.T) *project {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no git, or no sh")
	}
	p := &project{t, t.TempDir(), programFolder(t) + string(os.PathListSeparator) + os.Getenv("PATH")}
	p.write("net.cnn", rightNet)
	p.sh(0, "git init -q && git config user.name x && git config user.email x@example.com && git add . && git commit -qm first")
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.folder, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o777); err != nil {
		p.t.Fatal(err)
	}
}

// sh runs a script as CI does, each line only if those before went well.
func (p *project) sh(want int, script string, variables ...string) string {
	p.t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = p.folder
	cmd.Env = append(append(os.Environ(), "PATH="+p.path, "GIT_CONFIG_GLOBAL="+os.DevNull, "PRE_COMMIT_HOME="+filepath.Join(p.folder, ".git", "pre-commit")), variables...)
	text, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != want {
		p.t.Fatalf("%s\nends with %d, want %d: %v\n%s", script, code, want, err, text)
	}
	return string(text)
}

// ciBlocks are the files of docs/ci.md, of those of one name the last.
func ciBlocks(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs/ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]string{}
	for _, m := range regexp.MustCompile("(?ms)^```[a-z]+ (\\S+)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks[m[1]] = m[2]
	}
	return blocks
}

// commandsIn are the lines of a YAML file that are scripts, but for what installs the program.
func commandsIn(yaml string) (list []string) {
	for _, m := range regexp.MustCompile(`(?m)^ +(?:run: |- )((?:cnnlang|jq) .*)$`).FindAllStringSubmatch(yaml, -1) {
		list = append(list, m[1])
	}
	return list
}

func TestCIOfGitHub(t *testing.T) {
	commands := commandsIn(ciBlocks(t)[".github/workflows/networks.yml"])
	if len(commands) != 4 {
		t.Fatalf("commands: %q", commands)
	}
	p := newProject(t)
	for _, c := range commands {
		p.sh(0, c, "GITHUB_STEP_SUMMARY=summary.md")
	}
	p.sh(0, "grep -q '^| \\*\\*total\\*\\* \\|^| total ' summary.md || { cat summary.md; exit 1; }; grep -q '\"results\": \\[\\]' cnnlang.sarif")
	p.write("wrong.cnn", strings.Replace(wrongNet, " { conv", "   { conv", 1))
	p.sh(exitProblems, commands[0])
	p.sh(exitProblems, commands[1])
	p.sh(0, "grep -q '\"uri\": \"wrong.cnn\"' cnnlang.sarif")
	p.write("net.cnn", strings.Replace(rightNet, "conv(16", "conv(2**20", 1))
	if text := p.sh(exitProblems, strings.Replace(commands[2], "5M", "100", 1)); !strings.Contains(text, "does not hold") {
		t.Errorf("a bound that does not hold: %s", text)
	}
}

// finding is an entry of GitLab's report of code quality, as its page on Code Quality describes it.
type finding struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

func TestCIOfGitLab(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip(err)
	}
	blocks := ciBlocks(t)
	commands := commandsIn(blocks[".gitlab-ci.yml"])
	if len(commands) != 5 {
		t.Fatalf("commands: %q", commands)
	}
	p := newProject(t)
	p.write("quality.jq", blocks["quality.jq"])
	for _, c := range commands {
		p.sh(0, c)
	}
	p.sh(0, `[ "$(cat gl-code-quality-report.json)" = "[]" ]`)
	p.write("wrong.cnn", wrongNet+"\n"+strings.Replace(wrongNet, "wrong", "other", 1)+strings.Replace(wrongNet, "wrong", "other", 1))
	p.sh(0, commands[1])
	p.sh(0, commands[2])
	p.sh(exitProblems, commands[3])
	text, err := os.ReadFile(filepath.Join(p.folder, "gl-code-quality-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []finding
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	lines := map[int]bool{}
	for _, f := range list {
		known[f.Fingerprint] = true
		lines[f.Location.Lines.Begin] = true
		severe := []string{"info", "minor", "major", "critical", "blocker"}
		if f.Description == "" || f.CheckName == "" || f.Location.Path != "wrong.cnn" || !slices.Contains(severe, f.Severity) {
			t.Errorf("got %+v", f)
		}
	}
	if len(list) < 2 || len(known) != len(list) || !lines[1] || !lines[4] && !lines[3] {
		t.Errorf("%d findings with %d fingerprints on lines %v", len(list), len(known), slices.Sorted(maps.Keys(lines)))
	}
}

// The hook of git looks at what is committed.
func TestCIOfGit(t *testing.T) {
	p := newProject(t)
	p.write(".git/hooks/pre-commit", ciBlocks(t)[".git/hooks/pre-commit"])
	p.write("wrong.cnn", wrongNet)
	p.sh(0, "git add wrong.cnn")
	p.write("wrong.cnn", rightNet) // too late
	if text := p.sh(1, "git commit -m wrong"); !strings.Contains(text, "wrong.cnn:1:") {
		t.Errorf("the message does not say where: %s", text)
	}
	p.sh(0, "git add wrong.cnn && git mv wrong.cnn 'a b.cnn' && git commit -qm right")
	p.write("net.cnn", wrongNet) // not to be committed
	p.write("x.txt", "x")
	p.sh(0, "git add x.txt && git commit -qm other")
	p.sh(0, "git rm -q --cached '*.cnn' && git commit -qm none")
}

// The hooks for pre-commit are the same in docs/ci.md and in the file that it finds here.
func TestCIOfPreCommit(t *testing.T) {
	local := ciBlocks(t)[".pre-commit-config.yaml"]
	hooks, err := os.ReadFile(filepath.Join(root, ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	of := func(yaml string) []string {
		return regexp.MustCompile(`(?m)^ *(?:- )?(?:id|name|entry|files): .*$`).FindAllString(yaml, -1)
	}
	inDoc, here := of(local), of(string(hooks))
	for i := range inDoc {
		inDoc[i] = strings.TrimSpace(inDoc[i])
	}
	for i := range here {
		here[i] = strings.TrimSpace(here[i])
	}
	if len(here) != 8 || !slices.Equal(inDoc, here) {
		t.Errorf("the hooks are %q in docs/ci.md and %q in .pre-commit-hooks.yaml", inDoc, here)
	}
	if _, err := exec.LookPath("pre-commit"); err != nil {
		t.Skip(err)
	}
	p := newProject(t)
	p.write(".pre-commit-config.yaml", local)
	p.sh(0, "git add . && pre-commit run --all-files")
	p.write("net.cnn", strings.Replace(rightNet, "  conv", "      conv", 1))
	p.sh(0, "git add .")
	p.sh(1, "pre-commit run --all-files")
	if text, err := os.ReadFile(filepath.Join(p.folder, "net.cnn")); err != nil || string(text) != rightNet {
		t.Errorf("it is not formatted: %v, %s", err, text)
	}
	p.write("wrong.cnn", wrongNet)
	p.sh(0, "git add .")
	if text := p.sh(1, "pre-commit run --all-files"); !strings.Contains(text, "wrong.cnn:1:") {
		t.Errorf("the message does not say where: %s", text)
	}
}
