// Package templates holds the files that `cnnlang new` begins with. In each the net is called NAME, and the first
// line is `# NAME: ` and what it is for.
package templates

import "embed"

// FS holds a file for each, called like the template.
//
//go:embed *.cnn
var FS embed.FS

// Name is what stands for the name of the net.
const Name = "NAME"
