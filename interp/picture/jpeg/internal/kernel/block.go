package kernel

// A Block is 8 x 8 coefficients, or the numbers that they are multiplied by. A vector of 16
// holds two rows of frequencies, which the transform needs together, in alternation:
//
//	row 0, row 4 | row 2, row 6 | row 1, row 7 | row 5, row 3
//	 0,0   4,0   0,1   4,1   …
type Block [64]int16

// Place is where in a Block the coefficients are, in the zigzag order of the file. Beyond
// the 64th, to which a damaged file may lead, it is that of the 64th.
var Place = places()

func places() (place [128]uint8) {
	row, column := 0, 0
	for i := range place {
		place[i] = at(row, column)
		if i >= 63 {
			continue
		}
		switch up := (row+column)%2 == 0; {
		case up && column == 7:
			row++
		case up && row == 0:
			column++
		case up:
			row, column = row-1, column+1
		case row == 7:
			column++
		case column == 0:
			row++
		default:
			row, column = row+1, column-1
		}
	}
	return place
}

// at is where in a Block a coefficient is.
func at(row, column int) uint8 {
	vector := [8]int{0, 2, 1, 3, 0, 3, 1, 2}[row]
	second := [8]int{0, 0, 0, 1, 1, 0, 1, 1}[row]
	return uint8(16*vector + 2*column + second)
}
