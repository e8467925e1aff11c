package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// completions is the answer of a shell to Tab, from the scripts of the release.
var completions = map[string]string{
	// bash-completion's function that splits a command line, for lines of plain words; where it is installed, its own is used.
	"bash": `_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }
		if [ -f /usr/share/bash-completion/bash_completion ]; then . /usr/share/bash-completion/bash_completion; fi
		. completions/cnnlang.bash
		COMP_LINE=$1 COMP_POINT=${#1}
		read -ra COMP_WORDS <<<"$1"
		[ "${1% }" = "$1" ] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9
		__start_cnnlang cnnlang "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null
		printf '%s\n' "${COMPREPLY[@]}"`,
	"fish": `source completions/cnnlang.fish; complete -C "$argv[1]"`,
	// Its functions run only while somebody types; these stand for those that it hands its answers to.
	"zsh": `compdef() { : }; _describe() { print -rl -- $completions }; _files() { : }
		source completions/_cnnlang
		words=(${=1}); [[ $1 = *' ' ]] && words+=('')
		CURRENT=$#words
		_cnnlang`,
}

func TestCompletionsComplete(t *testing.T) {
	r := unpacked(t)
	for shell, script := range completions {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip(err)
			}
			for line, want := range map[string]string{
				"cnnlang par":                    "params",
				"cnnlang params resnet5":         "resnet50",
				"cnnlang params resnet50 --requ": "--require",
				"cnnlang check -o sar":           "sarif",
				"cnnlang explain E040":           "E0401",
			} {
				cmd := exec.Command(shell, "-c", script, shell, line)
				if shell == "fish" {
					cmd = exec.Command(shell, "-N", "-c", script, line)
				}
				cmd.Dir = r.folder
				cmd.Env = append(cmd.Environ(), "PATH="+r.folder+string(os.PathListSeparator)+"/usr/local/bin:/usr/bin:/bin", "HOME="+t.TempDir())
				text, err := cmd.CombinedOutput()
				got := regexp.MustCompile(`(?m)^[-\w]+`).FindAllString(string(text), -1) // descriptions follow
				if err != nil && shell == "bash" || !slices.Contains(got, want) {
					t.Errorf("%q: %v, got %q, want %s", line, err, text, want)
				}
			}
		})
	}
	if script := r.read(t, filepath.Join("completions", "cnnlang.ps1")); !strings.Contains(script, "Register-ArgumentCompleter -CommandName 'cnnlang'") {
		t.Error("the script for PowerShell completes something else")
	}
}
