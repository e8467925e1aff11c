package ops

import "cnnlang/ops/internal/kernel"

// A runTile is the pixels of a value of bfloat16 that a kernel computes at once.
type runTile struct {
	kernel.PlaceBF16
	lastOf, finished int // the first of so many rows that it ends
}

// runPlaces are the places of tiles.
func runPlaces(tiles []runTile, step int, most kernel.RunLimit) *kernel.PlacesBF16 {
	list := make([]kernel.PlaceBF16, len(tiles))
	for i, t := range tiles {
		list[i] = t.PlaceBF16
	}
	return kernel.NewPlacesBF16(list, step, most)
}

// A rowRun is pixels of one row.
type rowRun struct{ y, x, pixels int }

// cutRuns covers the result with tiles of one or two runs. The input has enough
// halo for all windows.
func (s slider) cutRuns(in, out, add *grid, most kernel.RunLimit) []runTile {
	var tiles []runTile
	for _, pair := range pairedRuns(out.h, out.w, int(most)) {
		t := runTile{lastOf: -1}
		for i, r := range pair {
			if r.pixels == 0 {
				continue
			}
			run := kernel.Run{Pixels: r.pixels, In: in.at(0, 0, r.y*s.strideH-s.top, r.x*s.strideW-s.left), Out: out.at(0, 0, r.y, r.x)}
			if add != nil {
				run.Add = add.at(0, 0, r.y, r.x)
			}
			t.PlaceBF16[i] = run
			if r.x+r.pixels == out.w {
				if t.lastOf < 0 {
					t.lastOf = r.y
				}
				t.finished++
			}
		}
		tiles = append(tiles, t)
	}
	return tiles
}

// pairedRuns covers h rows of w pixels with runs of at most so many, in pairs. Rows
// of more than one run are cut as evenly as can be. Where a pair must begin with a
// run of most pixels, it is most of one row.
func pairedRuns(h, w, most int) (pairs [][2]rowRun) {
	if most > int(kernel.HalfRun) || w == most {
		var runs []rowRun
		across := ceilDiv(w, most)
		for y := range h {
			for i := range across {
				from, to := i*w/across, (i+1)*w/across
				runs = append(runs, rowRun{y, from, to - from})
			}
		}
		for i := 0; i < len(runs); i += 2 {
			pair := [2]rowRun{runs[i]}
			if i+1 < len(runs) {
				pair[1] = runs[i+1]
			}
			pairs = append(pairs, pair)
		}
		return pairs
	}
	across := ceilDiv(w, 2*most)
	for y := range h {
		for i := range across {
			from, to := i*w/across, (i+1)*w/across
			first := min(most, to-from)
			pairs = append(pairs, [2]rowRun{{y, from, first}, {y, from + first, to - from - first}})
		}
	}
	return pairs
}

// finish writes the zeros beside the rows that the tile ends.
func (t *runTile) finish(out *grid, data []float32, image, block int) {
	for y := t.lastOf; y < t.lastOf+t.finished; y++ {
		out.zeroHalo(data, image, block, y)
	}
}
