//go:build !unix

package regular

// unblocked is nothing where a file is never a named pipe.
const unblocked = 0
