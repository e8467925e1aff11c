package layout

import "cnnlang/ops/exec/internal/kernel"

// A RunTile is the pixels of a bfloat16 value that a kernel computes together: one run
// along a row, or two.
type RunTile struct {
	kernel.PlaceBF16
	Ends
}

// Runs is the tile as at most two runs along its row.
func (t *Tile) Runs() RunTile {
	made := RunTile{Ends: t.Ends}
	made.PlaceBF16[0] = kernel.Run{Pixels: min(t.Pixels, TileRow), In: t.In, Out: t.Out}
	if t.Pixels > TileRow {
		made.PlaceBF16[1] = kernel.Run{Pixels: t.Pixels - TileRow, In: t.In + t.Next, Out: t.Out + t.OutNext}
	}
	return made
}

// RunTableBytes is what so many tiles and their places take.
func RunTableBytes(tiles []RunTile) int64 {
	return int64(len(tiles)) * (endBytes + 2*kernel.PlaceBytesBF16 + kernel.ReadBytesBF16)
}

// RunPlaces are the places of tiles.
func RunPlaces(tiles []RunTile, step int, most kernel.RunLimit) *kernel.PlacesBF16 {
	list := make([]kernel.PlaceBF16, len(tiles))
	for i, t := range tiles {
		list[i] = t.PlaceBF16
	}
	return kernel.NewPlacesBF16(list, step, most)
}

// CoverRuns covers the result with tiles of one or two runs. The halo of the input covers
// all windows.
func (s Windows) CoverRuns(in, out Grid, add *Grid, most kernel.RunLimit) []RunTile {
	in, out, add = s.flat(in, out, add)
	var tiles []RunTile
	for _, pair := range pairedRuns(out.H, out.W, int(most)) {
		t := RunTile{Ends: Ends{first: -1}}
		for i, r := range pair {
			if r.pixels == 0 {
				continue
			}
			run := kernel.Run{Pixels: r.pixels, In: s.seen(&in, r.y, r.x), Out: out.At(0, 0, r.y, r.x)}
			if add != nil {
				run.Add = add.At(0, 0, r.y, r.x)
			}
			t.PlaceBF16[i] = run
			if r.x+r.pixels == out.W {
				if t.first < 0 {
					t.first = r.y
				}
				t.rows++
			}
		}
		tiles = append(tiles, t)
	}
	return tiles
}

// A rowRun is pixels of one row.
type rowRun struct{ y, x, pixels int }

// pairedRuns covers h rows of w pixels with pairs of runs of at most so many pixels. Rows
// of more than one run are cut as evenly as possible. If a pair must begin with a run of
// most pixels, so does every pair.
func pairedRuns(h, w, most int) (pairs [][2]rowRun) {
	if most > int(kernel.HalfRun) || w == most {
		var runs []rowRun
		across := (w + most - 1) / most
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
	across := (w + 2*most - 1) / (2 * most)
	for y := range h {
		for i := range across {
			from, to := i*w/across, (i+1)*w/across
			first := min(most, to-from)
			pairs = append(pairs, [2]rowRun{{y, from, first}, {y, from + first, to - from - first}})
		}
	}
	return pairs
}
