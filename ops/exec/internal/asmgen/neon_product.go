package asmgen

import "fmt"

// A neonProduct is a tile as in product.go: 1 to 6 rows by 16 columns, in the registers of a
// neonTile.
//
//	R0 c   R1 ldc   R2 first row of a   R3 lda   R5 b   R16 where it begins   R4 k
//	R6 iterations left   R7 row of c   R8-R13 rows of a   R14 whether to add   R19 rows left
type neonProduct struct{ neonTile }

func (t neon) products() {
	t.function("product", "c", "ldc", "a", "lda", "b", "k", "rows", "columns", "add")
	t.op("MOVD", "R4", "R16")
	t.op("MOVD", "R5", "R4")
	t.op("MOVD", "R6", "R19")
	t.op("MOVD", "R8", "R14")
	size := func(m int) neonProduct { return neonProduct{neonTile{t, "product", m}} }
	t.op("CMP", neonPixels, "R19")
	t.op("BGE", size(neonPixels).name(""))
	t.label("rest")
	for m := neonPixels - 1; m >= 1; m-- {
		t.op("CMP", m, "R19")
		t.op("BEQ", size(m).name(""))
	}
	t.op("RET")
	for m := neonPixels; m >= 1; m-- {
		size(m).write()
		if m == neonPixels {
			t.op("CMP", neonPixels, "R19")
			t.op("BGE", size(m).name(""))
			t.op("JMP", "rest")
		} else {
			t.op("RET")
		}
	}
	t.packedColumns()
}

// packedColumns writes the function that packs b, as in product.go.
func (t neon) packedColumns() {
	t.function("packColumns", "dst", "pitch", "src", "ld", "rows", "units")
	t.label("row")
	t.op("MOVD", "R0", "R6")
	t.op("MOVD", "R2", "R7")
	t.op("MOVD", "R5", "R8")
	t.label("unit")
	t.loadLine(0, "R7", 0)
	t.storeLine(0, 0, "R6")
	t.op("ADD", 64, "R7")
	t.op("ADD", "R1", "R6")
	t.loop("R8", "unit")
	t.op("ADD", "R3", "R2")
	t.op("ADD", 64, "R0")
	t.loop("R4", "row")
	t.op("RET")
}

// write writes a tile, after which c, a and the rows left are those of the next one.
func (k neonProduct) write() {
	k.label(k.name(""))
	k.start()
	k.op("MOVD", "R2", "R8")
	for i := 1; i < k.pixels; i++ {
		k.op("ADD", "R3", k.place(i-1), k.place(i))
	}
	k.op("ADD", "R3", k.place(k.pixels-1), "R2")
	k.op("MOVD", "R16", "R5")
	k.op("LSR", 2, "R4", "R6")
	k.op("CBZ", "R6", k.name("rest"))
	k.label(k.name("fours"))
	for i := range k.pixels {
		k.op("FMOVQ.P", at(16, k.place(i)), scalar(k.channelsOf(i)))
	}
	for c := range 4 {
		k.channel(c)
	}
	k.op("ADD", 4*64, "R5")
	k.loop("R6", k.name("fours"))
	k.label(k.name("rest"))
	k.op("AND", 3, "R4", "R6")
	k.op("CBZ", "R6", k.name("end"))
	k.label(k.name("one"))
	for i := range k.pixels {
		k.op("FMOVS.P", at(4, k.place(i)), scalar(k.channelsOf(i)))
	}
	k.channel(0)
	k.op("ADD", 64, "R5")
	k.loop("R6", k.name("one"))
	k.label(k.name("end"))
	k.store()
	k.op("SUB", k.pixels, "R19")
}

// store stores the sums, or adds them to what c has.
func (k neonProduct) store() {
	const line = 28
	k.op("CBZ", "R14", k.name("store"))
	k.op("MOVD", "R0", "R7")
	for i := range k.pixels {
		k.loadLine(0, "R7", line)
		for v := range 4 {
			k.do("fadd", k.acc(i, v), k.acc(i, v), line+v)
		}
		k.op("ADD", "R1", "R7")
	}
	k.label(k.name("store"))
	for i := range k.pixels {
		k.storeLine(k.acc(i, 0), 0, "R0")
		k.op("ADD", "R1", "R0")
	}
}

func (k neonProduct) name(s string) string { return fmt.Sprintf("m%dx16%s", k.pixels, s) }
