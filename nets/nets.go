// Package nets holds the published networks, one file per paper.
package nets

import "embed"

// FS holds the files of this folder.
//
//go:embed *.cnn
var FS embed.FS

// Weights holds the files of weights that come with the program, each called like its net.
//
//go:embed *.safetensors
var Weights embed.FS

// Elsewhere is what others call these networks, a name a line.
//
//go:embed elsewhere.txt
var Elsewhere string

// First names the files that lists begin with, one a line.
//
//go:embed first.txt
var First string
