package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// nameOf is the path of a file, or the URI itself where it names none.
func nameOf(uri string) (name string, loose bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" || !strings.HasSuffix(u.Path, ".cnn") {
		return uri, true
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/") // /c:/nets/a.cnn
	}
	return filepath.FromSlash(path), false
}

// uriOf is the URI of a file.
func uriOf(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
