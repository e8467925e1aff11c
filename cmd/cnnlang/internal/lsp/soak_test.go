package lsp

import (
	"errors"
	"flag"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

var soak = flag.Duration("soak", 2*time.Second, "for about how long texts are typed in one process")

// A day's typing leaves nothing behind: keys are pressed in bursts, in four texts by turns of which one imports another,
// each followed by a request; after the last third of the time no more memory is held than in the second, and no
// goroutine is left.
func TestTypingLeavesNothingBehind(t *testing.T) {
	c := start(t)
	folder := map[string]string{
		"long.cnn":   joined(t, "regnet", "inception_v4", "res2net"),
		"yolo.cnn":   joined(t, "yolo_v5"),
		"blocks.cnn": "block unit(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 3x3, pad=1) -> relu }\n",
		"net.cnn":    "import \"./blocks.cnn\" { unit }\nnet n [N, 3, H = 8, W = 8] -> [N, 4, H, W] { unit(4) }\n",
	}
	uris := c.folder(folder)
	names := []string{"long.cnn", "yolo.cnn", "blocks.cnn", "net.cnn"}
	documents := map[string]*document{}
	for _, name := range names {
		documents[name] = newDocument(uris[name], 1, folder[name])
		c.problemsOf(uris[name], 1)
	}
	r := rand.New(rand.NewPCG(1, 2))
	goroutines := 0
	var held []uint64
	edits := 0
	for began := time.Now(); len(held) < 6 || time.Since(began) < *soak; {
		for until := time.Now().Add(*soak / 60); time.Now().Before(until) || len(held) == 0 && goroutines == 0; {
			d := documents[names[r.IntN(len(names))]]
			if r.IntN(50) == 0 {
				edits += reset(c, d, folder[names[slices.IndexFunc(names, func(n string) bool { return uris[n] == d.uri })]])
			}
			edits += burst(c, r, d)
			requests := asked(d.uri, d.text, d.position(r.IntN(len(d.text))))
			one := requests[r.IntN(len(requests))]
			var result any
			var remote *jsonrpc2.Error
			if err := c.try(one.method, one.params, &result); err != nil && !errors.As(err, &remote) {
				t.Fatalf("%s: %v", one.method, err)
			}
			goroutines = max(goroutines, 1)
		}
		for _, name := range names { // all are at rest, and as they were
			edits += reset(c, documents[name], folder[name])
		}
		for _, name := range names {
			c.problemsOf(uris[name], documents[name].version)
		}
		for limit := time.Now().Add(10 * time.Second); len(held) > 0 && runtime.NumGoroutine() > goroutines && time.Now().Before(limit); {
			time.Sleep(time.Millisecond)
		}
		if n := runtime.NumGoroutine(); len(held) == 0 {
			goroutines = n
		} else if n > goroutines {
			t.Fatalf("%d goroutines, there were %d", n, goroutines)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		held = append(held, m.HeapAlloc>>10)
	}
	third := len(held) / 3
	before, after := slices.Max(held[third:2*third]), slices.Max(held[2*third:])
	t.Logf("held in KiB: %d", held)
	t.Logf("%d edits; of %d MiB held at most, %d after the last third", edits, before>>10, after>>10)
	if after > before+before/10+4<<10 { // what is proved is remembered up to a limit, and then not
		t.Errorf("after %d edits %d KiB are held, before the last third of them there were at most %d", edits, after, before)
	}
}

// send changes a text.
func send(c *client, d *document, one change) {
	d.version++
	d.apply([]change{one})
	c.tell("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": d.uri, "version": d.version}, "contentChanges": []change{one}})
}

// reset has a text be what it was.
func reset(c *client, d *document, text string) (edits int) {
	send(c, d, change{nil, text})
	return 1
}

// burst types into a text, mostly what belongs there, and takes it away again.
func burst(c *client, r *rand.Rand, d *document) (edits int) {
	words := []string{" -> conv(64, 3x3, pad=1)", " -> relu", "\n# é 𝄞 and more\n", "net fresh [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu }\n", "label: ", "}", "{ ", " as y", " -> unt(3)"}
	at := d.position(r.IntN(len(d.text) + 1))
	for range 1 + r.IntN(30) {
		word := words[r.IntN(len(words))]
		end := d.offset(at)
		for _, key := range word {
			p := d.position(end)
			send(c, d, change{&span{p, p}, string(key)})
			end += len(string(key))
			edits++
		}
		if r.IntN(10) > 0 { // and thinks better of it
			send(c, d, change{&span{at, d.position(end)}, ""})
			edits++
		}
	}
	return edits
}
