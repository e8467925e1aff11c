package interp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
)

// What a file of another format carries about a net says how to make and feed it again.
func TestCarriedTexts(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"blocks.cnn": "block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> relu }\n",
		"imports.cnn": "import \"./blocks.cnn\" { unit }\nnet imports(c = 4) [N, 3, H = 8, W = 8] -> [N, 2] {\n" +
			"  meta { prepare = picture(resize=16, order=\"bgr\", scale=255); classes = [\"a\", \"é\"] }\n  body: unit(c) -> gap -> flatten -> fc: linear(2)\n}\n",
		"own.cnn":  "# A comment.\nnet own [N, 1, H = 8, W = 8] -> [N, 1, H, W] {\n  meta { prepare = picture }\n  conv(1, 3x3, pad=1)\n}\n",
		"bare.cnn": "net bare [N, 2] -> [N, 2] { linear(2) }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	carried := func(name string, settings ...string) map[string]string {
		p, err := interp.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Net(interp.Options{Set: interp.Set(settings...)})
		if err != nil {
			t.Fatal(err)
		}
		all, err := n.Carried(interp.Labels{Names: n.Meta.Classes})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}

	got := carried("imports.cnn", "c=5", "H = 16")
	for name, want := range map[string]string{
		"cnnlang.version": "1", "cnnlang.net": "imports", "cnnlang.classes": `["a","é"]`, "cnnlang.set": "", // the text was written out
		"cnnlang.prepare":         `picture(resize=32x16, scale=255, order="bgr")`,
		"cnnlang.size":            "16x8",
		"Image.BitmapPixelFormat": "Bgr8", "Image.NominalPixelRange": "NominalRange_0_255",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["cnnlang.meta"], "meta {\n") || !strings.Contains(got["cnnlang.meta"], `classes = ["a", "é"]`) {
		t.Errorf("got %q", got["cnnlang.meta"])
	}
	// The text needs no other file, and is the net with its settings.
	p, err := interp.Read("again.cnn", strings.NewReader(got["cnnlang.source"]))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, got["cnnlang.source"])
	}
	if params := n.Graph.Params(true); len(params) != 4 || params[0].Path != "body.0.weight" || params[0].Shape[0] != 5 {
		t.Errorf("got %v", params)
	}

	set := carried("own.cnn", "H = 16")["cnnlang.set"]
	got = carried("own.cnn")
	text, err := os.ReadFile(filepath.Join(folder, "own.cnn"))
	if err != nil || set != "H = 16" || got["cnnlang.source"] != string(text) || got["Image.BitmapPixelFormat"] != "Gray8" || got["Image.NominalPixelRange"] != "Normalized_0_1" {
		t.Errorf("got %q, %v", got, err)
	}
	if got = carried("bare.cnn"); len(got) != 4 || len(got["cnnlang.hash"]) != 64 {
		t.Errorf("got %q, want the net's name, text and hash, and the version", got)
	}
	imagenet, err := interp.Open("resnet18")
	if err != nil {
		t.Fatal(err)
	}
	if n, err = imagenet.Net(interp.Options{}); err != nil {
		t.Fatal(err)
	}
	var classes []string
	if got, err = n.Carried(interp.Labels{Names: n.Meta.Classes}); err != nil || got["cnnlang.source"] != imagenet.Text() {
		t.Errorf("got %q, %v", got["cnnlang.source"], err)
	}
	if err := json.Unmarshal([]byte(got["cnnlang.classes"]), &classes); err != nil || len(classes) != 1000 {
		t.Errorf("got %d classes, %v", len(classes), err)
	}
}
