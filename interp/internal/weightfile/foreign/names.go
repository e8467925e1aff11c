package foreign

import (
	"path/filepath"
	"regexp"
	"strings"
)

// shard is the name of the numbers in a checkpoint of TensorFlow.
var shard = regexp.MustCompile(`\.data-\d{5}-of-\d{5}$`)

// tfjsShard is the name of the numbers of a TensorFlow.js model.
var tfjsShard = regexp.MustCompile(`-shard\d+of\d+(\.bin)?$`)

// byName says what a file of this name may be whose bytes say nothing.
func byName(path string) (kind, bool) {
	const checkpoint = "load the checkpoint in Keras and save the weights as .h5, or read it with tf.train.load_checkpoint and write its tensors with numpy.savez"
	base := strings.ToLower(filepath.Base(path))
	switch ext := filepath.Ext(base); {
	case shard.MatchString(base):
		return kind{"a part of a TensorFlow checkpoint (.data)", checkpoint}, true
	case tfjsShard.MatchString(base):
		return kind{"a shard of a TensorFlow.js model", "name the model.json beside it"}, true
	case ext == ".index":
		return kind{"the index of a TensorFlow checkpoint (.index)", checkpoint}, true
	case ext == ".meta":
		return kind{"the graph of a TensorFlow checkpoint (.meta), without numbers", checkpoint}, true
	case ext == ".pb":
		return kind{"a message of protobuf (.pb) that is no ONNX model, perhaps of TensorFlow", "convert it to ONNX with tf2onnx"}, true
	case ext == ".mnn":
		return kind{"an MNN model", convert}, true
	case ext == ".mlmodel":
		return kind{"a Core ML model (.mlmodel)", convert}, true
	case ext == ".msgpack":
		return kind{"a Flax file (.msgpack)", "write its arrays with numpy.savez"}, true
	case ext == ".bin":
		return kind{"a .bin of numbers without names or shapes, as OpenVINO, ncnn and TensorFlow.js have", "for TensorFlow.js name the model.json beside it; for the others take the weights that it was made from"}, true
	}
	return kind{}, false
}
