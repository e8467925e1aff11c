package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checked is what check prints of a text from standard input or a file: the nets of its lines,
// and the document in JSON.
func checked(t *testing.T, text string, args ...string) (lines []string, document checkDocument, code int) {
	t.Helper()
	run := func(args []string) string {
		var out, messages bytes.Buffer
		a := &app{stdin: strings.NewReader(text), stdout: bufio.NewWriter(&out), stderr: &messages}
		code = a.report(a.execute(context.Background(), args))
		return out.String()
	}
	args = append([]string{"check", "-"}, args...)
	for _, m := range regexp.MustCompile(`(?m)^(\w+): \[`).FindAllStringSubmatch(run(args), -1) {
		lines = append(lines, m[1])
	}
	if err := json.Unmarshal([]byte(run(append(args, "-o", "json"))), &document); err != nil {
		t.Fatal(err)
	}
	return lines, document, code
}

// A net with a mistake of its own is not listed as a correct one, and the nets beside it are.
func TestNetsWithMistakesAreNotListed(t *testing.T) {
	const sig = " [N, C = 3, H = 8, W = 8] -> [N, 4, H, W] "
	const fine = "net fine" + sig + "{ conv(4, 1x1) }\n"
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{"fine"}},
		{"net n" + sig + "{ meta { paper = nope }\n conv(4, 1x1) }", []string{"fine"}},
		{"net n" + sig + "{ meta { paper = \"a\"; paper = \"b\" }\n conv(4, 1x1) }", []string{"fine"}},
		{"net n" + sig + "{ let [a, a] = [4, 4]\n conv(a, 1x1) }", []string{"fine"}},
		{"net n" + sig + "{ repeat i, [a, i] in [[4, 4]] { conv(a, 1x1) } }", []string{"fine"}},
		{"net n" + sig + "{ conv(4, 1x1)\n names tf { \"0.\" = \"{nope}\" } }", []string{"fine"}},
		{"net n" + sig + "{ conv(4, 1x1)\n names tf { \"{i}.{i}\" = \"{i}\" } }", []string{"fine"}},
		{"net n" + sig + "{ conv(4, 1x1)\n names tf { \"x.\" = \"y.\" } }", []string{"fine"}},
		{"net n" + sig + "{ conv(5, 1x1) }", []string{"fine"}},
		{"net n" + sig + "{ conv(4, 1x1)\n expect params == 3 }", []string{"fine"}},
		{"net n(k = 1)" + sig + "{ conv(4, [k, k]) }", []string{"fine"}}, // E0503, for another k
		// Of what a net is made.
		{"block b [N, C, H, W] -> [N, 4, H, W] { let [a, a] = [4, 4]\n conv(a, 1x1) }\nnet n" + sig + "{ b }", []string{"fine"}},
		{"net n" + sig + "{ meta { paper = nope }\n conv(4, 1x1) }\nnet m = n", []string{"fine"}},
		{"let four = [4, nope]\nnet n(c = four[0])" + sig + "{ conv(c, 1x1) }", []string{"fine"}},
		// What fails for other values than the net's is a mistake of the block alone.
		{"block b(k: int) [N, C, H, W] -> [N, C, H, W] { conv(C, [k, k]) }\nnet n" + sig + "{ conv(4, 1x1) -> b(1) }", []string{"fine", "n"}},
		{"net n" + sig + "{ add { | m | conv(4, 1x1) } }\nnet m(c = 4)" + sig + "{ conv(c, 1x1) }\nnet w" + sig + "{ m(c=5) }", []string{"fine", "m", "n"}},
	} {
		lines, document, code := checked(t, fine+test.text+"\n")
		var nets []string
		for _, n := range document.Nets {
			nets = append(nets, n.Net)
		}
		slices.Sort(lines)
		slices.Sort(nets)
		if !slices.Equal(lines, test.want) || !slices.Equal(nets, test.want) {
			t.Errorf("%s\n text says %q, JSON %q, want %q", test.text, lines, nets, test.want)
		}
		if want := min(len(test.text), exitProblems); code != want && !slices.Contains(test.want, "n") {
			t.Errorf("%s\n exit code %d", test.text, code)
		}
	}
}

// A file of weights that does not fit is about the net, which is listed; one that cannot be
// read is not.
func TestWeightsThatDoNotFitAreInTheNetsEntry(t *testing.T) {
	t.Chdir(t.TempDir())
	writeTensors(t, "names.safetensors", [3]string{"x.weight", "F32", "[2,2]"}, [3]string{"y.weight", "F32", "[2,2]"})
	writeTensors(t, "shapes.safetensors", [3]string{"fc.weight", "F32", "[2,3]"})
	writeTensors(t, "fits.safetensors", [3]string{"fc.weight", "F32", "[2,2]"})
	for _, test := range []struct {
		file, misfit string
		code         int
		errors       int
	}{
		{"fits.safetensors", "", exitFine, 0},
		{"names.safetensors", "E0601", exitProblems, 0},
		{"shapes.safetensors", "E0602", exitProblems, 0},
		{"missing.safetensors", "", exitFile, 1},
	} {
		lines, document, code := checked(t, "net line [N, 2] -> [N, 2] { fc: linear(2, bias=false) }\n", "--weights", test.file)
		if code != test.code || len(lines) != 1 || len(document.Nets) != 1 || len(document.Errors) != test.errors {
			t.Errorf("%s: exit code %d, lines %q, nets %v, errors %v", test.file, code, lines, document.Nets, document.Errors)
			continue
		}
		n := document.Nets[0]
		if fits := test.code == exitFine; (n.Weights != nil) != fits || (n.Misfit != nil) != (test.misfit != "") {
			t.Errorf("%s: fits %v, misfit %v", test.file, n.Weights, n.Misfit)
		}
		if n.Misfit != nil && (n.Misfit.Code != test.misfit || n.Misfit.ExitCode != test.code || n.Misfit.Fit == nil) {
			t.Errorf("%s: got %+v, want %s", test.file, n.Misfit, test.misfit)
		}
	}
}
