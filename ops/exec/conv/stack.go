package conv

import "cnnlang/ops"

// Stackable reports whether a convolution can be computed as one with others that read the
// same value, whose filters follow one another, so that the value is read once: 1x1, of one
// group, adding nothing. Its members differ in nothing but their filters and the numbers of
// their norms; every channel is the same sum as before.
func Stackable(c *ops.Conv) bool { return c.IsPointwise() && !c.Epilogue().Add }
