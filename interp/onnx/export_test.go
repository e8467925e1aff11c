package onnx

// Operators is the table of operators, for tests.
func Operators() map[string]int { return operators }

// Writes reports whether an operation has a way to be written.
func Writes(op string) bool { return writers[op] != nil }
