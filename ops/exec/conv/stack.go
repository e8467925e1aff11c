package conv

import "cnnlang/ops"

// Stackable reports whether a convolution can be computed as one with others that read the
// same value, so that it is read once: 1x1, of one group, adding nothing. The members
// differ only in their filters and the numbers of their norms; every channel remains the
// same sum.
func Stackable(c *ops.Conv) bool { return c.IsPointwise() && !c.Epilogue().Add }
