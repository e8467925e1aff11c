package interp_test

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A label that opens a segment which the names of a file lack is named, with its line, and what
// the message says to do makes the file fit.
func TestSegmentsThatTheFileLacks(t *testing.T) {
	const helper = `block trunk [N, C, H, W] -> [N, 8, H, W] {
	conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
}
`
	const head = "net tiny [N, 3, H = 8, W = 8] -> [N, 4] {\n"
	const fc = "\n\tgap -> flatten -> fc: linear(4)\n}"
	inner := strings.NewReplacer("conv1:", "inner: { conv1:", "bn -> relu", "bn } -> relu").Replace(helper)
	for name, c := range map[string]struct {
		right, wrong string // the net of the file, and that with the segment
		title, note  string
		label, row   string
	}{
		"a block": {helper + head + "\t\"\": trunk" + fc, helper + head + "\tbody: trunk" + fc,
			"its names have `body`, the file's do not",
			"the names of 5 of the net's tensors begin with body. (text.cnn:5), and none of the file's do; without it they match, as those of the other 2 do",
			"body:", `"body." = ""`},
		"two within each other": {helper + head + "\t\"\": trunk" + fc, helper + head + "\tstages: { body: trunk }" + fc,
			"its names have `stages` and `body`, the file's do not",
			"the names of 5 of the net's tensors begin with stages.body. (text.cnn:5), and none of the file's do; without it they match, as those of the other 2 do",
			"stages:,body:", `"stages.body." = ""`},
		"within": {helper + head + "\tstages: { \"\": trunk }" + fc, helper + head + "\tstages: { body: trunk }" + fc,
			"its names have `body`, the file's do not",
			"the names of 5 of the net's tensors begin with stages.body. (text.cnn:5), and none of the file's do; without it they match, as those of the other 2 do",
			"body:", `"stages.body." = "stages."`},
		"in a block that is used twice": {helper + head + "\ta: trunk -> b: trunk" + fc, inner + head + "\ta: trunk -> b: trunk" + fc,
			"its names have `inner`, the file's do not",
			"the names of 10 of the net's tensors have the segment `inner`, as in a.inner. (text.cnn:2), and none of the file's do; without it they match, as those of the other 2 do",
			"inner:", `"{a:path}.inner.{b:path}" = "{a}.{b}"`},
	} {
		right, wrong := readNet(t, c.right), readNet(t, c.wrong)
		tensors := interp.RandomTensors(right, 7)
		want, _, err := outputsOf(t, right, interp.WeightsOf(tensors))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _, err = outputsOf(t, wrong, interp.WeightsOf(tensors))
		labels := strings.ReplaceAll("`"+strings.ReplaceAll(c.label, ":", "")+"`", ",", "` and `")
		text := fmt.Sprintf("error[E0601]: the weights do not fit tiny: %s\n   = %s\n   = the file is tensors in memory\n"+
			"help: write `\"\"` in place of the label %s, and names have no segment for it; or leave it and add `names file { %s }` to the net", c.title, c.note, labels, c.row)
		if err == nil || err.Error() != text {
			t.Errorf("%s:\n%v\nwant\n%s", name, err, text)
		}
		mended := c.wrong
		for label := range strings.SplitSeq(c.label, ",") {
			mended = strings.Replace(mended, label, `"":`, 1)
		}
		mapped := strings.Replace(c.wrong, head, head+"\tnames file { "+c.row+" }\n", 1)
		for _, text := range []string{mended, mapped} {
			if got, _, err := outputsOf(t, readNet(t, text), interp.WeightsOf(tensors)); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: with what the message says: %v, %v, want %v", name, err, got, want)
			}
		}
		tensors["extra"] = tensor.New(3)
		if _, _, err := outputsOf(t, wrong, interp.WeightsOf(tensors)); err == nil || strings.Contains(err.Error(), "have the segment") || strings.Contains(err.Error(), "names have") {
			t.Errorf("%s: with one more tensor: %v", name, err)
		}
	}
}
