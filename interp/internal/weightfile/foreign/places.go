package foreign

import (
	"bytes"
	"encoding/binary"
)

// byPlaces recognises formats by bytes that are not the first.
func byPlaces(head []byte, _ string) (kind, bool) {
	switch {
	case len(head) >= 16 && len(bytes.Trim(head, "\x00")) == 0:
		return kind{"nothing but zeros at its beginning: a download that reserved its place and did not fill it", "fetch it again"}, true
	case len(head) >= 8 && string(head[4:8]) == "TFL3":
		return kind{"a TensorFlow Lite model (.tflite)", "take the Keras model or the TensorFlow.js files that it was made from, or convert it to ONNX with tf2onnx"}, true
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return kind{"a picture (WebP)", "name the file of weights, and pictures as input of run"}, true
	case len(head) >= 15 && string(head[12:15]) == "V 1":
		return kind{"a Torch7 file (Lua)", "load it in PyTorch before 1.0 with torch.utils.serialization.load_lua and save the state dict"}, true
	case isSavedModel(head):
		return kind{"the graph of a TensorFlow SavedModel (saved_model.pb)", "load it in Keras and save the weights as .h5, or convert it to TensorFlow.js or ONNX"}, true
	case isGraphDef(head):
		return kind{"a frozen graph of TensorFlow (.pb)", "convert it to ONNX with tf2onnx"}, true
	case isFlatBuffer(head):
		return kind{"an MNN model or another FlatBuffers file", convert}, true
	}
	return kind{}, false
}

// isSavedModel recognises version 1 and a message behind it that begins with a message, where
// ONNX has the name of a program.
func isSavedModel(head []byte) bool {
	rest, ok := bytes.CutPrefix(head, []byte("\x08\x01\x12"))
	if !ok {
		return false
	}
	_, n := binary.Uvarint(rest)
	return n > 0 && len(rest) > n && rest[n] == 0x0a
}

// isGraphDef recognises a first message that has a name and then the name of an operation.
func isGraphDef(head []byte) bool {
	if len(head) < 8 || head[0] != 0x0a {
		return false
	}
	_, n := binary.Uvarint(head[1:])
	if n <= 0 || len(head) < n+3 || head[n+1] != 0x0a {
		return false
	}
	name, after := head[n+3:], int(head[n+2])
	if after == 0 || after > 127 || after >= len(name) || name[after] != 0x12 {
		return false
	}
	return bytes.IndexFunc(name[:after], func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// isFlatBuffer recognises the place of a first table whose own first word leads back to a
// list of fields that is as long as it says.
func isFlatBuffer(head []byte) bool {
	if len(head) < 64 {
		return false
	}
	root := binary.LittleEndian.Uint32(head)
	if root < 8 || root > 60 || root%4 != 0 {
		return false
	}
	back := binary.LittleEndian.Uint32(head[root:])
	if back < 4 || back > root-4 {
		return false
	}
	fields := head[root-back:]
	size, table := binary.LittleEndian.Uint16(fields), binary.LittleEndian.Uint16(fields[2:])
	return size >= 6 && size%2 == 0 && uint32(size) <= back && table >= 4 && table < 1<<10
}
