package prove

import "fmt"

// attends is a step of those that attention is made of.
func (w *writer) attends() string {
	switch w.r.Intn(9) {
	case 0:
		return w.pick("softmax", "softmax", "pow(3)", "pow("+w.name()+")", "pow(1/"+w.name()+")", "{ pow("+w.count()+") -> avgpool(2x2) -> pow(1/2) }")
	case 1:
		return "softmax(axis=" + w.pick("2", "3", w.name(), w.count()) + ")"
	case 2:
		return "reshape([" + w.pick("C", w.channels()) + ", " + w.pick("H, W", "H, W", "W, H", "H*W, 1", w.name()+", H") + "])"
	case 3:
		return "{ reshape([C, " + w.pick("H*W", w.count()) + "]) -> softmax(axis=2) -> reshape([C, H, W]) }"
	case 4:
		return "permute([0, " + w.pick("1, 3, 2", "2, 1, 3", "2, 3, 1", "1, 2, 3", "1, 2", w.name()+", 2, 3") + "])"
	case 5:
		return "{ permute([0, 2, 3, 1]) -> linear(" + w.pick("C", w.channels()) + ") -> permute([0, 3, 1, 2]) }"
	case 6:
		return "matmul { | id | " + w.pick("permute([0, 1, 3, 2])", "permute([0, 1, 3, 2])", "id", w.step()) + " }"
	case 7:
		return fmt.Sprintf("{ reshape([C, H*W]) -> matmul { | id | permute([0, 2, 1]) } -> softmax(axis=2) -> reshape([C, C, %s]) }", w.pick("1", "1", w.name()))
	}
	if w.depth > 2 {
		return "softmax"
	}
	w.depth++
	defer func() { w.depth-- }()
	return "{ matmul { | " + w.step() + " | permute([0, 1, 3, 2]) -> " + w.step() + " } -> softmax(axis=3) }"
}
