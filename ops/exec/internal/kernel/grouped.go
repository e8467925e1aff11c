package kernel

// groupedWidth is the width of the windows of Grouped.
const groupedWidth = 3

// Grouped sets the tiles to the sum over the rows of their windows, and over the
// channels of a group, of value times weight, plus bias, between Low and High.
// Windows are three pixels wide, and a tap is a row of them. A group has so many
// channels, a power of two up to GroupedChannels, and as many filters. Weights are
// [tap, channel of the group, 3, 16]; Blocks is 1, and there is nothing to add.
// The pixels of a tile lie in one row, their inputs one or two lines from each
// other.
func Grouped(t *Tile, at *Places, channels int) {
	if at.step != Lanes && at.step != 2*Lanes || channels > GroupedChannels || groupSees[channels] == nil || t.Add != nil {
		panic("kernel: no such grouped tile")
	}
	at.unbroken()
	for i := range at.list {
		p := &at.list[i]
		if p.Pixels > tileGroup && (p.Next != tileGroup*at.step || p.OutNext != tileGroup*Lanes) {
			panic("kernel: a grouped tile of two rows")
		}
	}
	t.check(at, 1, t.Taps.reach+Lanes, false)
	_ = t.In[at.in+t.Taps.reach+groupedWidth*Lanes-1]
	_ = t.Weights[t.Taps.Len()*channels*groupedWidth*Lanes-1]
	_ = t.Bias[Lanes-1]
	groupedTiles(t, at, channels)
}

// groupSees is the source lane of every lane, for each channel of a group, by the number of
// channels of the group.
var groupSees = func() map[int][]int32 {
	all := map[int][]int32{}
	for channels := 1; channels <= Lanes; channels *= 2 {
		for i := range channels {
			for lane := range Lanes {
				all[channels] = append(all[channels], int32(lane/channels*channels+i))
			}
		}
	}
	return all
}()

// groupedGeneric is Grouped.
func groupedGeneric(t *Tile, at *Places, channels int) {
	sees := groupSees[channels]
	for _, p := range at.list {
		for pixel := range p.Pixels {
			for lane := range Lanes {
				sum, w := float32(0), lane
				for _, tap := range t.Taps.at {
					for i := range channels {
						for kx := range groupedWidth {
							line := t.In[p.In+pixel*at.step+tap+kx*Lanes:]
							sum += line[sees[i*Lanes+lane]] * t.Weights[w]
							w += Lanes
						}
					}
				}
				t.Out[p.Out+pixel*Lanes+lane] = min(max(sum+t.Bias[lane], t.Low), t.High)
			}
		}
	}
}
