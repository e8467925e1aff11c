package download

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A client makes requests; *http.Client is one.
type client interface {
	Do(*http.Request) (*http.Response, error)
}

const (
	mostRedirects = 10
	mostHeader    = 64 << 10 // bytes of an answer's header
)

// newClient has no memory of cookies, takes the proxy that the environment names, and does not
// let servers compress: the rest of a file is asked for by its place in it. A connection serves one
// request: net/http logs what comes through those that wait for another.
func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment // HTTPS_PROXY, HTTP_PROXY, NO_PROXY
	t.DisableCompression = true
	t.DisableKeepAlives = true
	t.MaxResponseHeaderBytes = mostHeader
	return &http.Client{Transport: t, CheckRedirect: redirect}
}

// redirect refuses to follow too many, and to where the file could be read or changed on its way.
func redirect(to *http.Request, via []*http.Request) error {
	from := via[len(via)-1].URL
	switch {
	case len(via) > mostRedirects:
		return failed(fmt.Sprintf("%s redirects more than %d times", via[0].URL.Host, mostRedirects), "open the address in a browser to see where the file is")
	case to.URL.Scheme != "http" && to.URL.Scheme != "https":
		return failed(fmt.Sprintf("%s redirects to an address that is neither http nor https: %s:…", from.Host, to.URL.Scheme), "look for the file at its publisher's")
	case from.Scheme == "https" && to.URL.Scheme != "https":
		return failed(fmt.Sprintf("%s redirects from https to http, on %s", from.Host, to.URL.Host), "that is not followed, since the file could be changed on its way; look for it at its publisher's")
	case to.URL.User != nil:
		return failed(fmt.Sprintf("%s redirects to an address with a user's name, on %s", from.Host, to.URL.Host), "look for the file at its publisher's")
	}
	return nil
}

// request asks for the file from a place on, on condition that it is still the one that was
// begun; if not, the answer is all of the new one.
func (j *job) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, j.URL, nil)
	if err != nil {
		return nil, failed(err.Error(), "correct `url` of `checkpoint` in the net's meta")
	}
	r.Header.Set("User-Agent", "cnnlang")
	r.Header.Set("Accept-Encoding", "identity")
	if j.have > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", j.have))
		r.Header.Set("If-Range", j.came.Validator)
	}
	return r, nil
}

// unreachable puts the error of a request without an answer into words. It leaves out addresses,
// since those of redirects can hold keys.
func (j *job) unreachable(err error) error {
	var (
		told     *Error
		wrapped  *url.Error
		resolver *net.DNSError
		record   tls.RecordHeaderError
		verify   *tls.CertificateVerificationError
		unknown  x509.UnknownAuthorityError
	)
	if errors.As(err, &told) {
		return told
	}
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	host := hostOf(j.URL)
	help := "check the connection; if a proxy is needed, set HTTPS_PROXY and HTTP_PROXY to it"
	switch {
	case errors.As(err, &resolver) && resolver.IsNotFound:
		return failed(fmt.Sprintf("cannot reach %s: there is no host %s", host, resolver.Name), help)
	case errors.As(err, &verify), errors.As(err, &unknown):
		return failed(fmt.Sprintf("cannot reach %s: its certificate is not trusted: %v", host, err),
			"the system has no list of authorities (SSL_CERT_FILE names one), or somebody is between: ask whose network it is")
	case errors.As(err, &record):
		return failed(fmt.Sprintf("cannot reach %s: what answers does not speak https", host), help)
	}
	return failed(fmt.Sprintf("cannot reach %s: %v", host, err), help)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// validator is what tells versions of a file on a server apart, "" if there is nothing: a strong
// ETag, or the time of the last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) && len(tag) < mostHeader/16 {
		return tag
	}
	if _, err := http.ParseTime(h.Get("Last-Modified")); err == nil {
		return h.Get("Last-Modified")
	}
	return ""
}

// rangeOf reads `bytes FROM-TO/TOTAL`.
func rangeOf(text string) (from, to, total int64, ok bool) {
	text, unit := strings.CutPrefix(text, "bytes ")
	span, all, _ := strings.Cut(text, "/")
	first, last, _ := strings.Cut(span, "-")
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			unit = false
		}
		return n
	}
	from, to, total = number(first), number(last), number(all)
	return from, to, total, unit && from <= to && to < total
}
