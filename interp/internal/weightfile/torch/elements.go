package torch

import "cnnlang/interp/internal/weightfile"

// An element is a type of elements: its name for users, and its size in bytes. Types that
// weightfile does not have keep torch's name, and tensors of them are listed but not read.
type element struct {
	typ  weightfile.Type
	size int64
}

// readable reports whether the numbers can be given to others.
func (e element) readable() bool { return e.typ.Size() > 0 }

// dtypes are torch's types, by their names in Python.
var dtypes = map[string]element{
	"float64": {weightfile.F64, 8}, "float32": {weightfile.F32, 4}, "float16": {weightfile.F16, 2}, "bfloat16": {weightfile.BF16, 2},
	"int64": {weightfile.I64, 8}, "int32": {weightfile.I32, 4}, "int16": {weightfile.I16, 2}, "int8": {weightfile.I8, 1},
	"uint64": {weightfile.U64, 8}, "uint32": {weightfile.U32, 4}, "uint16": {weightfile.U16, 2}, "uint8": {weightfile.U8, 1},
	"bool": {weightfile.Bool, 1}, "complex64": {weightfile.C64, 8},
	"complex128": {"complex128", 16}, "complex32": {"complex32", 4},
	"float8_e4m3fn": {"float8_e4m3fn", 1}, "float8_e5m2": {"float8_e5m2", 1},
	"float8_e4m3fnuz": {"float8_e4m3fnuz", 1}, "float8_e5m2fnuz": {"float8_e5m2fnuz", 1}, "float8_e8m0fnu": {"float8_e8m0fnu", 1},
	"qint8": {"qint8", 1}, "quint8": {"quint8", 1}, "qint32": {"qint32", 4}, "quint4x2": {"quint4x2", 1}, "quint2x4": {"quint2x4", 1},
}

// storages are the classes of storages, in the modules torch, torch.cuda and others, by the
// type of their elements.
var storages = map[string]string{
	"DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
	"LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
	"BoolStorage": "bool", "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
	"QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32", "QUInt4x2Storage": "quint4x2", "QUInt2x4Storage": "quint2x4",
	"UntypedStorage": "", // bytes: the tensor says what they are
}

// arrays are NumPy's types, by kind and size.
var arrays = map[string]element{
	"f8": {weightfile.F64, 8}, "f4": {weightfile.F32, 4}, "f2": {weightfile.F16, 2},
	"i8": {weightfile.I64, 8}, "i4": {weightfile.I32, 4}, "i2": {weightfile.I16, 2}, "i1": {weightfile.I8, 1},
	"u8": {weightfile.U64, 8}, "u4": {weightfile.U32, 4}, "u2": {weightfile.U16, 2}, "u1": {weightfile.U8, 1},
	"b1": {weightfile.Bool, 1}, "c8": {weightfile.C64, 8}, "c16": {"complex128", 16},
}
