package interp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// What is said of another framework's word is a program without a mistake: behind 64 channels of 56 by 56, whatever comes out.
func TestTermsCheck(t *testing.T) {
	outputs := []string{"[N, _, _, _]", "[N, _]", "[N, _, _]", "[N, _, _, _, _]"}
	written := 0
	for _, term := range interp.Terms() {
		if len(term.Here) == 0 {
			if len(term.Notes) == 0 {
				t.Errorf("%s's %v: it says nothing", term.Framework, term.Names)
			}
			continue
		}
		written++
		var imports, steps []string
		for _, line := range term.Here {
			if strings.HasPrefix(line, "import ") {
				imports = append(imports, line)
			} else {
				steps = append(steps, line)
			}
		}
		var wrong []string
		for _, output := range outputs {
			text := strings.Join(imports, "\n") + "\nnet n [N, 64, H = 56, W = 56] -> " + output + " where H % 4 == 0, W % 4 == 0 {\n" + strings.Join(steps, "\n") + "\n}\n"
			p, err := interp.Read("n.cnn", strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			made, list, err := p.Check(interp.Options{})
			if err == nil && len(made) == 1 && len(list) == 0 {
				wrong = nil
				break
			}
			wrong = append(wrong, list.Err().Error())
		}
		if len(wrong) > 0 {
			t.Errorf("%s's %v: %q has mistakes: %s", term.Framework, term.Names, term.Here, wrong[0])
		}
	}
	if written < 150 {
		t.Errorf("there are only %d programs", written)
	}
}

// All arguments that PyTorch and ONNX have are spoken of, and no others. testdata/elsewhere/arguments.json has them from torch 1.13 and
// torchvision 0.14 (inspect.signature) and from the schemas of onnx 1.12 (attributes, and inputs behind the first), where these
// say it: not of functions in C. Arguments are those of the first name, and may be of the others.
func TestTermsHaveAllArguments(t *testing.T) {
	data, err := os.ReadFile("../testdata/elsewhere/arguments.json")
	if err != nil {
		t.Fatal(err)
	}
	var arguments map[string]map[string][]string
	if err := json.Unmarshal(data, &arguments); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, term := range interp.Terms() {
		known := arguments[term.Framework]
		of, ok := known[term.Names[0]]
		if !ok || len(term.Arguments) == 0 {
			continue
		}
		var said, all []string
		for _, a := range term.Arguments {
			said = append(said, a.Names...)
		}
		for _, name := range term.Names {
			all = append(all, known[name]...)
		}
		for _, arg := range of {
			if !slices.Contains(said, arg) {
				t.Errorf("%s's %s: nothing is said of %s", term.Framework, term.Names[0], arg)
			}
		}
		compared++
		for _, name := range said {
			if !slices.Contains(all, name) {
				t.Errorf("%s's %v have no argument %s", term.Framework, term.Names, name)
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d are compared", compared)
	}
}

// Where the checker says what a word of another framework is called here, `doc` says the same.
func TestTermsAreThoseOfTheChecker(t *testing.T) {
	called := regexp.MustCompile("^it is called `(\\w+)` here")
	compared := 0
	for _, term := range interp.Terms() {
		for _, name := range term.Names {
			p, err := interp.Read("n.cnn", strings.NewReader("net n [N, 64, H = 56, W = 56] -> [N, _, _, _] { "+name+"(2) }\n"))
			if err != nil {
				t.Fatal(err)
			}
			_, list, _ := p.Check(interp.Options{})
			for _, d := range list {
				m := called.FindStringSubmatch(d.Help)
				if m == nil {
					continue
				}
				compared++
				if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(fmt.Sprint(term.Here, term.Arguments, term.Notes)) {
					t.Errorf("%s's %s is called %s by the checker, and said as %q", term.Framework, name, m[1], term.Here)
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d are compared", compared)
	}
}

// Words are found as people write them.
func TestTermsOf(t *testing.T) {
	for word, want := range map[string]string{
		"Conv2d": "PyTorch nn.Conv2d", "nn.Conv2d": "PyTorch nn.Conv2d", "torch.nn.Conv2d": "PyTorch nn.Conv2d", "nn.Conv2d(3, 64, 3)": "PyTorch nn.Conv2d", "F.conv2d": "PyTorch nn.Conv2d",
		"Conv2D": "Keras layers.Conv2D", "keras.layers.Conv2D": "Keras layers.Conv2D", "tf.keras.layers.Conv2D": "Keras layers.Conv2D",
		"BatchNormalization": "Keras layers.BatchNormalization, ONNX BatchNormalization", "onnx.BatchNormalization": "ONNX BatchNormalization",
		"ConvTranspose": "ONNX ConvTranspose", "nn.AdaptiveAvgPool2d": "PyTorch nn.AdaptiveAvgPool2d", "nn.Upsample": "PyTorch nn.Upsample",
		"batchnorm": "PyTorch nn.BatchNorm2d, Caffe BatchNorm", "torch.cat": "PyTorch torch.cat", "cat": "PyTorch torch.cat", "Eltwise": "Caffe Eltwise",
		"InnerProduct": "Caffe InnerProduct", "convolutional": "Darknet convolutional", "nn.Convd": "", "": "", "torch.": "", "(": "", "caffe.Conv2d": "",
	} {
		var got []string
		for _, term := range interp.TermsOf(word) {
			got = append(got, term.Framework+" "+term.Names[0])
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q is %v, want %s", word, got, want)
		}
	}
}
