// Package stdlib holds the blocks and general networks every .cnn file can
// import as std.<file>, and the primitives they are made of.
package stdlib

import "embed"

// FS holds prelude.cnn and the files of the standard library.
//
//go:embed *.cnn
var FS embed.FS

// Elsewhere says how the words of other frameworks are said in the language, a file for each framework.
//
//go:embed elsewhere/*.txt
var Elsewhere embed.FS
