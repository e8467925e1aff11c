//go:build purego || !amd64

package kernel

func convBF16(t *TileBF16, at *PlacesBF16)      { convBF16Generic(t, at) }
func depthwiseBF16(t *TileBF16, at *PlacesBF16) { depthwiseBF16Generic(t, at) }
func maxBF16(t *TileBF16, at *PlacesBF16)       { maxBF16Generic(t, at) }
func sumBF16(t *TileBF16, at *PlacesBF16)       { sumBF16Generic(t, at) }

func packBF16(dst, low, high []float32)        { packBF16Generic(dst, low, high) }
func splitBF16(dst, rest, low, high []float32) { splitBF16Generic(dst, rest, low, high) }
func unpackBF16(low, high, src []float32)      { unpackBF16Generic(low, high, src) }
