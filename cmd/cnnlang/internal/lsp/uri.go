package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// pathOf is the path of a file or folder, "" where a URI names none.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/") // /c:/nets/a.cnn
	}
	return filepath.Clean(filepath.FromSlash(path))
}

// nameOf is the path of a file, or the URI itself where it names none.
func nameOf(uri string) (name string, loose bool) {
	path := pathOf(uri)
	if !strings.HasSuffix(path, ".cnn") || strings.ContainsRune(path, 0) {
		return uri, true
	}
	return path, false
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
