package main

import (
	"net/url"
	"os"
)

// A variable is an environment variable that the program reads, itself or through Go.
type variable struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Set     bool   `json:"set"`
	Value   string `json:"value"`
}

// variables are all of them; a test compares them with the sources.
var variables = []variable{
	{Name: "CNNLANG_ISA", Meaning: "the instruction set of the kernels, in place of the best one"},
	{Name: "NO_COLOR", Meaning: "no colours in messages, whatever its value"},
	{Name: "HOME", Meaning: "where the user's cache folder is: .cache in it"},
	{Name: "XDG_CACHE_HOME", Meaning: "the user's cache folder itself"},
	{Name: "LocalAppData", Meaning: "that folder on Windows"},
	{Name: "HTTPS_PROXY", Meaning: "the proxy by which `get` downloads"},
	{Name: "HTTP_PROXY", Meaning: "that for addresses with http://"},
	{Name: "NO_PROXY", Meaning: "hosts for which `get` uses no proxy"},
	{Name: "SSL_CERT_FILE", Meaning: "the file of certificates that `get` trusts"},
	{Name: "SSL_CERT_DIR", Meaning: "folders of them"},
	{Name: "GOMAXPROCS", Meaning: "how many processors Go uses, and so the most threads by default"},
	{Name: "GOMEMLIMIT", Meaning: "the memory that Go's heap is kept within, where no command sets it"},
	{Name: "GOGC", Meaning: "how often Go's heap is collected"},
	{Name: "GODEBUG", Meaning: "settings of Go's runtime"},
	{Name: "GOTRACEBACK", Meaning: "what Go prints of a crash"},
}

// environmentNow are the variables with their values. The password of a proxy is not shown.
func environmentNow() []variable {
	list := make([]variable, len(variables))
	for i, v := range variables {
		v.Value, v.Set = os.LookupEnv(v.Name)
		if u, err := url.Parse(v.Value); err == nil && u.User != nil {
			v.Value = u.Redacted()
		}
		list[i] = v
	}
	return list
}
