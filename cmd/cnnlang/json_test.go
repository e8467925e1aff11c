package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/cmd/cnnlang/internal/download"
)

// jsonFiles are what the commands of jsonRuns read. The files of weights are made by
// writeTensors.
var jsonFiles = map[string]string{
	"inner.cnn": "net inner [N, 2] -> [N, 2] { a: { inner: { fc: linear(2, bias=false) } } -> b: { inner: { fc: linear(2, bias=false) } } }",
	"tiny.cnn": `# Two classes with names.
net tiny(classes = 2) [N, 3, H = 8, W = 8] -> [N, classes] {
  meta { classes = ["cat", "dog"] }
  conv1: conv(32, 3x3, pad=1)
  side aux: { gap -> flatten -> fc: linear(2) }
  conv2: conv(32, 3x3, pad=1)
  gap -> flatten -> fc: linear(classes)
  expect params == 10_210
}
`,
	"ends.cnn":   "net ends | [N, 3, H = 8, W = 8] as image | [N, 2] as flow -> | [N, 3, H, W] as same | [N, 2] as flow { list { | @image | @flow } }\n",
	"parts.cnn":  "net parts [N, 3, H = 8, W = 8] -> repeat 2 | [N, 3, _, _] as p { list { | id | maxpool(2x2) } }\n",
	"line.cnn":   "net line [N, 2] -> [N, 2] { fc: linear(2, bias=false) }\n",
	"moved.cnn":  "net moved [N, 2] -> [N, 2] { head: linear(2, bias=false) }\n",
	"three.cnn":  "net three(out = 3) [N, 2] -> [N, out] { fc: linear(out, bias=false) }\n",
	"deep.cnn":   "net deep [N, 3, H = 8, W = 8] -> [N, 3, H, W] { side aux: { conv(2, 9x9) }\n relu }\n",
	"twins.cnn":  "net twins | [N, 3, H = 8, W = 8] as a | [N, 3, H, W] as b -> [N, 3, H, W] { add }\n",
	"pair.cnn":   "net pair [N, 3, H = 8, W = 8] -> [N, 8, _, _] {\n  conv(9, 3x3) -> rleu\n  conv(8, 3x3) -> rellu\n}\n",
	"mask.cnn":   "net mask [N, 3, H = 8, W = 8] -> [N, 3, H, W] {\n  meta { classes = [\"a\", \"b\", \"c\"] }\n  same: id -> softmax\n}\n",
	"vector.cnn": "net vector [N, 3, H = 8, W = 8] -> [N, 3] { gap -> flatten -> l2_normalize }\n",
	"fix.cnn":    "net fix [N, 3, H = 8, W = 8] -> [N, 3, H, W] { rellu }\n",
	"proofs.cnn": "block pools(n: int) [N, C, H, W] -> [N, C, _, _] where n >= 0 { repeat i of n { maxpool(2x2) } }\n" +
		"block unit(reps: int) [N, C, H, W] -> [N, C, H, W] { add { | repeat reps { conv(8, 3x3, pad=1) }\n | id } }\n" +
		"block widen(c: int) [N, C, H, W] -> [N, c, H, W] { if C != c { conv(c, 1x1) } }\n" +
		"block wrong(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c + 1, 1x1) }\n" +
		"net n [N, 3, H = 8, W = 8] -> [N, 8, H, W] { body: wrong(8) }\n",
	"mapped.cnn": "net mapped [N, 3, H = 2, W = 2] -> [N, 2] {\n  names keras { \"fc.\" = \"head/\" }\n" +
		"  side aux: { gap -> flatten -> fc: linear(2) }\n  flatten -> fc: linear(2)\n}\n",
	"items.cnn": "net items [N, 3, H = 8, W = 8] -> [N, 3, H, W] { list { | relu | sigmoid } -> head: each { conv(3, 1x1) -> relu } -> add }\n",
	"fine.cnn": "# Three blocks.\n\n# One.\nblock pools(n: int) [N, C, H, W] -> [N, C, _, _] where n >= 0 { repeat i of n { maxpool(2x2) } }\n" +
		"block strided(n: int) [N, C, H, W] -> [N, C, _, _] { if n > 3 { conv(C, 3x3, groups=n) } }\n",
	"long.cnn":    "net long [N, 3, H = 64, W = 64] -> [N, 1] {\n  repeat i of 20 { conv(8 + i, 1x1) }\n  conv(9, 99x99)\n}\n",
	"wrapped.cnn": "net wrapped [N, 2] -> [N, 2] { body: { fc: linear(2, bias=false) } }\n",
	"cases.cnn":   "net cases(deep = false) [N, 3, H = 8, W = 8] -> [N, 3, H, W] { if deep { conv(3, 1x1) } }\n",
	"powers.cnn":  "net powers(n = 2) [N, C = 3, H = 8, W = 8] -> [N, C, H, W] { repeat i of n { conv(2**i, 1x1) -> conv(C, 1x1) } }\n",
	"once.cnn":    "net line [N, 2] -> [N, 2] { train { epochs = 3 }\n fc: linear(2, bias=false) }\n",
	"often.cnn":   "net line [N, 2] -> [N, 2] {\n train { epochs = 4 }\n" + manyRecipes() + "fc: linear(2, bias=false)\n}\n",
	"labels.txt":  "ant\ncat\n",
	"six.cnn":     "net six [N, 3, H = 8, W = 8] -> [N, 6] { conv(6, 3x3) -> gap -> flatten -> softmax }\n",
	"run.jsonl": `{"event":"start","schema":"cnnlang.train/v1","net":"tiny","epochs":2}
{"event":"epoch","epoch":1,"loss":0.5,"val_loss":0.25,"val_top1":0.75,"seconds":3,"best":true}
{"event":"end","reason":"done"}
`,
	"sides.cnn": "net sides [N, 3, H = 8, W = 8] -> [N, 4, H, W] {\n  conv(4, 3x3, pad=1) -> bn -> relu -> conv(4, 3x3, pad=1) -> bn -> relu\n  add { | conv(4, 1x1)\n | conv(8, 1x1) }\n}\n",
}

// manyRecipes are more than diff compares.
func manyRecipes() (text string) {
	for i := range 17 {
		text += fmt.Sprintf(" train r%d { epochs = %d }\n", i, i+1)
	}
	return text
}

// jsonRuns are commands that together print every key, at least one for each verb with
// -o json.
var jsonRuns = []string{
	"version", "doctor", "list", "doc conv", "doc nn.Conv2d", "doc keras.layers.BatchNormalization", "doc proofs.cnn widen", "doc fine.cnn", "doc std.resnet", "doc resnet50", "doc fpn", "doc yolo_v3", "explain E0205", "explain E0401",
	"list --weights", "new", "new json --from resnet18", "get resnet50 --dry-run", "get resnet50 --dry-run --file resnet50-11ad3fa6.pth",
	"eval six.cnn --data pictures --weights random --skip-bad --require top1<=1,1<2", "eval testdata/names/small.cnn --data pair --weights testdata/weights/keras/model.h5", "compare line.cnn resnet18 --bench --time 0s", "curves run.jsonl --output run.svg",
	"diff tiny.cnn pair.cnn", "diff tiny.cnn mapped.cnn", "diff mapped.cnn tiny.cnn", "diff line.cnn moved.cnn", "diff once.cnn often.cnn", "diff resnet18 resnet34", "diff pair.cnn sides.cnn", "params tiny.cnn --tensors", "params items.cnn --depth 2", "params items.cnn --depth 1", "params tiny.cnn line.cnn --memory --require params<9", "params cases.cnn --formula", "params tiny.cnn --against paper", "params powers.cnn --formula", "params efficientnet_b0 --formula", "params tiny.cnn --memory --require macs<9,params<=1M", "graph tiny.cnn", "graph deep.cnn", "graph --block pools proofs.cnn", "graph --block trunk", "graph --block level --set depth=1", "params --formula --block widen proofs.cnn", "params --formula --block level", "why tiny.cnn conv2",
	"run tiny.cnn testdata/images/chelsea.png --weights random --output o.npy --output aux=a.npy --output conv1=c.npy",
	"run line.cnn --weights line.safetensors --input random",
	"run mask.cnn testdata/images/chelsea.png --weights random --output mask.png --output same=same.png --range 0,1", "run vector.cnn --input random --weights random",
	"run line.cnn --weights renamed.safetensors --input random", "run line.cnn --weights other.safetensors --input random",
	"run line.cnn --weights shaped.safetensors --input random", "run line.cnn --weights whole.safetensors --input random",
	"run line.cnn --weights testdata/weights/same/same.weights --input random", "run wrapped.cnn --weights line.safetensors --input random --labels labels.txt", "run line.cnn --weights nin.safetensors --input random",
	"bench line.cnn --weights line.safetensors --time 0s",
	"run ends.cnn --weights random --input image=testdata/images/chelsea.png --input flow=random", "bench ends.cnn --time 0s --tune ends.json",
	"graph ends.cnn", "params ends.cnn", "params tiny.cnn ends.cnn", "check ends.cnn", "compare ends.cnn line.cnn", "diff ends.cnn tiny.cnn",
	"bench tiny.cnn --profile --time 0s --tune t.json", "bench tiny.cnn testdata/images/chelsea.png --time 0s",
	"check tiny.cnn --set classes=3", "check pair.cnn sides.cnn none.cnn", "check --fix fix.cnn", "check --contracts proofs.cnn", "check long.cnn",
	"params pair.cnn", "params none", "params mapped.cnn --tensors --names keras",
	"check mapped.cnn --weights keras.safetensors", "check line.cnn --weights shaped.safetensors", "params mapped.cnn --weights keras.safetensors",
	"params mapped.cnn --weights line.safetensors --names keras",
	"run mapped.cnn --weights keras.safetensors --input random", "bench mapped.cnn --weights keras.safetensors --time 0s",
	"export line.cnn --to safetensors --weights renamed.safetensors --output out.safetensors",
	"import testdata/import/keras/nested.h5", "import testdata/import/keras/plain.h5 --output imported.cnn --output weights=imported.safetensors --output names=names.json",
	"export tiny.cnn --to onnx --weights random --output out.onnx", "weights testdata/weights/torch_checkpoint.pth --depth 1", "weights testdata/weights/keras/model.h5", "weights line.safetensors --output half.safetensors --dtype f16",
	"weights large.safetensors --output half.safetensors --dtype f16", "weights other.safetensors --against line.cnn",
	"weights line.safetensors --against line.cnn", "weights keras.safetensors --against mapped.cnn", "weights dense.safetensors --against line.cnn",
	"weights line.safetensors --against three.cnn", "weights renamed.safetensors --against line.cnn", "weights twice.safetensors --against line.cnn",
	"run line.cnn --weights moved.safetensors --input random", "run line.cnn --weights deep.safetensors --input random",
	"run three.cnn --weights shaped.safetensors --input random", "bench line.cnn --weights renamed.safetensors --time 0s",
	"check testdata/names/small.cnn --weights testdata/weights/keras/model.h5", "params testdata/names/small.cnn --weights testdata/weights/keras/model.h5",
	"run testdata/names/small.cnn --weights testdata/weights/keras/model.h5 --input random", "bench testdata/names/small.cnn --weights testdata/weights/keras/model.h5 --time 0s",
	"weights testdata/weights/keras/model.h5 --against testdata/names/small.cnn",
	"weights over.safetensors --against line.cnn", "weights twice.safetensors --against inner.cnn", "weights unclear.safetensors --against inner.cnn",
	"check line.cnn --weights renamed.safetensors", "params line.cnn --weights renamed.safetensors",
}

// writeFiles writes the files of weights of jsonRuns.
func writeFiles(t *testing.T) {
	writeTensors(t, "line.safetensors", [3]string{"fc.weight", "F32", "[2,2]"})
	writeTensors(t, "keras.safetensors", [3]string{"head/kernel:0", "F32", "[12,2]"}, [3]string{"head/bias:0", "F32", "[2]"},
		[3]string{"aux/fc/kernel:0", "F32", "[3,2]"}, [3]string{"aux/fc/bias:0", "F32", "[2]"})
	writeTensors(t, "renamed.safetensors", [3]string{"module.fc.weight", "F32", "[2,2]"})
	writeTensors(t, "other.safetensors", [3]string{"fc_weight", "F32", "[2,2]"}, [3]string{"x.y", "F32", "[1]"})
	writeTensors(t, "shaped.safetensors", [3]string{"fc.weight", "F32", "[2,3]"})
	writeTensors(t, "over.safetensors", [3]string{"fc.weight", "F32", "[2,3]"}, [3]string{"head.weight", "F32", "[2,3]"})
	writeTensors(t, "moved.safetensors", [3]string{"head.weight", "F32", "[2,2]"})
	writeTensors(t, "deep.safetensors", [3]string{"a.fc.weight", "F32", "[2,3]"})
	writeTensors(t, "twice.safetensors", [3]string{"a.fc.weight", "F32", "[2,2]"}, [3]string{"b.fc.weight", "F32", "[2,2]"})
	writeTensors(t, "dense.safetensors", [3]string{"dense.w", "F32", "[2,2]"})
	writeTensors(t, "unclear.safetensors", [3]string{"first.k", "F32", "[2,2]"}, [3]string{"second.k", "F32", "[2,2]"})
}

// jsonLineRuns are commands with -o jsonl.
var jsonLineRuns = []string{
	"run twins.cnn --weights random --input a=testdata/images/chelsea.png --input b=testdata/images/rocket.jpg",
	"run tiny.cnn testdata/images testdata --list names.txt --weights random",
	"run tiny.cnn testdata/images none.png --weights none.safetensors",
	"run parts.cnn testdata/images/chelsea.png --weights random", "run mask.cnn testdata/images --weights random", "run vector.cnn testdata/images --weights random",
}

// writeTensors writes a safetensors file of zeros: name, type and shape of each.
func writeTensors(t *testing.T, file string, tensors ...[3]string) {
	header, size := map[string]any{}, 0
	for _, x := range tensors {
		var shape []int
		elements := 4
		if err := json.Unmarshal([]byte(x[2]), &shape); err != nil {
			t.Fatal(err)
		}
		for _, n := range shape {
			elements *= n
		}
		header[x[0]] = map[string]any{"dtype": x[1], "shape": shape, "data_offsets": []int{size, size + elements}}
		size += elements
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(file, append(data, make([]byte, size)...), 0o666); err != nil {
		t.Fatal(err)
	}
}

// fillCache puts a file into a new cache as if `cnnlang get NET` had downloaded it.
func fillCache(t *testing.T, net string) {
	t.Helper()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
	a, _, _ := newApp()
	n, err := a.listed(net)
	if err != nil {
		t.Fatal(err)
	}
	text := "weights"
	f := n.Weights[0]
	place, err := download.Cached(f.Publisher, f.File, f.URL)
	if err != nil {
		t.Fatal(err)
	}
	source := fmt.Sprintf(`{"url":%q,"bytes":%d,"sha256":%q}`, f.URL, len(text), f.SHA256)
	for path, text := range map[string]string{place.Path(): text, place.Path() + ".source.json": source} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// inJSON runs a command and returns what it prints.
func inJSON(t *testing.T, args ...string) (schema string, document map[string]any) {
	t.Helper()
	var out, messages bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&out), stderr: &messages}
	code := a.report(a.execute(context.Background(), append(args, "-o", "json")))
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatalf("%q: %v, exit code %d\n%s%s", args, err, code, messages.String(), out.String())
	}
	return schemaOf(t, args, document, code), document
}

// schemaOf is the schema of a document, which says the right exit code if it says one.
func schemaOf(t *testing.T, args []string, document map[string]any, code int) string {
	t.Helper()
	schema, _ := document["schema"].(string)
	if got, ok := document["exit_code"].(float64); ok && int(got) != code {
		t.Errorf("%q: says the exit code %v and exits with %d", args, got, code)
	}
	return schema
}

// inJSONLines is inJSON for a document on each line.
func inJSONLines(t *testing.T, each func(schema string, document map[string]any), args ...string) {
	t.Helper()
	var out, messages bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: bufio.NewWriter(&out), stderr: &messages}
	code := a.report(a.execute(context.Background(), append(args, "-o", "jsonl")))
	for line := range strings.Lines(out.String()) {
		var document map[string]any
		if err := json.Unmarshal([]byte(line), &document); err != nil {
			t.Fatalf("%q: %v\n%s%s", args, err, messages.String(), line)
		}
		each(schemaOf(t, args, document, code), document)
	}
}

var (
	jsonRow  = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| (.*) \\|$")
	jsonLink = regexp.MustCompile(`\]\(#([a-z0-9-]+)\)$`)
	slug     = strings.NewReplacer("`", "", ".", "", "/", "", " ", "-")
)

// A jsonPage is docs/json.md: the keys of each section, and the section that describes a
// key's value, if it is another one.
type jsonPage map[string]map[string]string

func readJSONPage(t *testing.T) jsonPage {
	text, err := os.ReadFile(filepath.Join(root, "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := jsonPage{}
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		table := map[string]string{}
		for _, m := range jsonRow.FindAllStringSubmatch(body, -1) {
			link := append(jsonLink.FindStringSubmatch(m[2]), "", "")[1]
			for key := range strings.SplitSeq(m[1], ", ") {
				table[strings.TrimSuffix(strings.Trim(key, "`"), "[]")] = link
			}
		}
		page[slug.Replace(strings.ToLower(title))] = table
	}
	return page
}

// note adds the keys of a value at a path to those that were printed of a section. Keys that
// are names, of arguments or algorithms, become NAME.
func (p jsonPage) note(value any, section, path string, printed jsonPage) {
	if printed[section] == nil {
		printed[section] = map[string]string{}
	}
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			p.note(v, section, path+"[]", printed)
		}
	case map[string]any:
		for key, v := range value {
			if strings.HasSuffix("."+path, ".arguments") || strings.HasSuffix(path, ".took_ms") {
				key, v = "NAME", nil
			}
			at := strings.TrimPrefix(path+"."+key, ".")
			link := p[section][at]
			if _, inner := v.(map[string]any); !inner || link != "" {
				printed[section][at] = link
			}
			if link == "" {
				p.note(v, section, at, printed)
				continue
			}
			list, several := v.([]any)
			if !several {
				list = []any{v}
			}
			for _, v := range list {
				p.note(v, link, "", printed)
			}
		}
	}
}

// What -o json prints is what docs/json.md says: every schema, every key, and no more.
func TestJSONIsAsDocumented(t *testing.T) {
	page := readJSONPage(t)
	testdata, err := filepath.Abs(filepath.Join(root, "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(testdata, "testdata"); err != nil {
		t.Fatal(err)
	}
	fillCache(t, "resnet50")
	writeJSONFiles(t)
	printed, verbs := jsonPage{}, map[string]bool{}
	for _, line := range jsonRuns {
		args := strings.Fields(line)
		verbs[args[0]] = true
		schema, document := inJSON(t, args...)
		page.note(document, slug.Replace(schema), "", printed)
	}
	for _, line := range jsonLineRuns {
		inJSONLines(t, func(schema string, document map[string]any) { page.note(document, slug.Replace(schema), "", printed) }, strings.Fields(line)...)
	}
	for file, section := range map[string]string{"t.json": "cnnlangtunev1", "ends.json": "cnnlangtunev1", "names.json": "cnnlangnamesv1"} {
		page.note(readJSON(t, file), section, "", printed)
	}
	if diff := cmp.Diff(page, printed); diff != "" {
		t.Errorf("(-docs/json.md +printed)\n%s", diff)
	}
	for section, table := range printed {
		for key := range table {
			if strings.ToLower(strings.TrimSuffix(key, ".NAME")) != strings.TrimSuffix(key, ".NAME") {
				t.Errorf("%s: %s is not lower case", section, key)
			}
		}
	}
	for _, verb := range (&app{}).root().Commands() {
		if f := verb.Flags().Lookup("format"); f != nil && !verbs[verb.Name()] && verb.Name() != "train" { // its lines are those of docs/log.md
			t.Errorf("no command of `cnnlang %s` is compared with docs/json.md", verb.Name())
		}
	}
}

// writeJSONFiles writes what jsonRuns and jsonLineRuns read.
func writeJSONFiles(t *testing.T) {
	t.Helper()
	for name, text := range jsonFiles {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeFiles(t)
	writeShades(t, ".", shades("pictures/val/0", "pictures/val/5"))
	writeShades(t, ".", shades("pictures/train/0", "pictures/train/1"))
	writeShades(t, ".", shades("pair/0", "pair/1"))
	if err := os.WriteFile("names.txt", []byte("caf\xe9.png\n"+strings.Repeat("x", 1<<16+1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("large.safetensors", []byte("\x3a\x00\x00\x00\x00\x00\x00\x00"+
		`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`+"    \x00\x00\x80\x7e"), 0o666); err != nil {
		t.Fatal(err)
	}
	writeTensors(t, "whole.safetensors", [3]string{"fc.weight", "I32", "[2,2]"})
	_, nin := inJSON(t, "params", "nin_cifar10", "--tensors")
	var tensors [][3]string
	for _, x := range nin["tensors"].([]any) {
		tensor := x.(map[string]any)
		tensors = append(tensors, [3]string{fmt.Sprint(tensor["name"]), "F32", strings.ReplaceAll(fmt.Sprint(tensor["shape"]), " ", ",")})
	}
	writeTensors(t, "nin.safetensors", tensors...)
}

// readJSON reads a file.
func readJSON(t *testing.T, file string) (document any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &document)
	}
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// Every verb with -o has one of two sets of formats; those without print a text that is
// itself the data.
func TestVerbsShareSetsOfFormats(t *testing.T) {
	for _, verb := range (&app{}).root().Commands() {
		switch f := verb.Flags().Lookup("format"); {
		case f == nil:
			if !slices.Contains([]string{"fmt", "expand", "lsp", "serve", "manual", "help", "completion"}, verb.Name()) {
				t.Errorf("`cnnlang %s` has no -o", verb.Name())
			}
		case f.Usage != strings.Join(tableFormats, ", ") && f.Usage != strings.Join(textFormats, ", ") && !slices.Contains([]string{"check", "graph", "diff", "compare", "run", "eval", "train"}, verb.Name()):
			t.Errorf("`cnnlang %s` has the formats %s", verb.Name(), f.Usage)
		case verb.Name() == "run" && f.Usage != "text, json, csv, jsonl", verb.Name() == "eval" && f.Usage != "text, json, csv", verb.Name() == "train" && f.Usage != "text, jsonl":
			t.Errorf("`cnnlang %s` has the formats %s", verb.Name(), f.Usage)
		case verb.Name() == "check" && !strings.HasPrefix(f.Usage, strings.Join(textFormats, ", ")):
			t.Errorf("`cnnlang check` has the formats %s", f.Usage)
		}
	}
}

// A command line that asks for JSON gets JSON, whatever is wrong with it.
func TestErrorsAreJSONToo(t *testing.T) {
	for _, args := range []string{"params", "params none", "params none.cnn", "params x --bogus", "nothing", "run resnet18", "fmt", "bench x --threads -1", "explain E9", "doc x y"} {
		t.Run(args, func(t *testing.T) {
			schema, document := inJSON(t, strings.Fields(args)...)
			if message := fmt.Sprint(document["message"]); schema != "cnnlang.error/v1" || message == "" {
				t.Errorf("%s: got %v", args, document)
			}
		})
	}
}
