package serve

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageText string

var pageOf = template.Must(template.New("page").Parse(pageText))

// page is where one drops a picture and sees what it is.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, t := range s.slots {
		if net := t.engine.Load().net; net.TakesPictures() == nil && net.Classifies() {
			names = append(names, t.model.Name)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'")
	if err := pageOf.Execute(w, names); err != nil {
		s.options.Log.Error("the page failed", "error", err.Error())
	}
}
