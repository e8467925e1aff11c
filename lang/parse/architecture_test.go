package parse

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/langtest"
)

// typeNames are the names of the tokens on one line.
var typeNames = map[lexer.TokenType]string{
	tokIdent: "Ident", tokInt: "Int", tokDims: "Dims", tokKeyword: "Keyword", tokOp: "Op", tokComment: "Comment",
}

// The tokens in ARCHITECTURE.md are those of the line.
func TestTokensOfTheLineInArchitecture(t *testing.T) {
	text, err := os.ReadFile("../../stdlib/resnet.cnn")
	if err != nil {
		t.Fatal(err)
	}
	_, line, ok := strings.Cut(string(text), "\n  conv1: conv(64, 7x7")
	if !ok {
		t.Fatal("stdlib/resnet.cnn has no such line")
	}
	line, _, _ = strings.Cut("  conv1: conv(64, 7x7"+line, "->")
	var shown []string
	for _, token := range tokenize("resnet.cnn", line, MaxTokens) {
		if kind, ok := typeNames[token.Type]; ok {
			shown = append(shown, fmt.Sprintf("%s %s", kind, token.Value))
		}
	}
	langtest.Part(t, "../../ARCHITECTURE.md", "tokens", strings.Join(shown, " · ")+"\n")
}
