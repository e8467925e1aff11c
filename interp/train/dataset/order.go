package dataset

import "cnnlang/interp/train/chance"

// order is the pictures of an epoch, as places in the set.
func (s *Set) order(l *Loader, epoch int) []int {
	order := make([]int, len(s.at))
	if !l.Shuffle {
		for i := range order {
			order[i] = i
		}
		return order
	}
	chance.Shuffle(order, l.Seed, epoch)
	if l.Balance {
		s.balance(order, l.Seed, epoch)
	}
	return order
}

// balance replaces the pictures of an epoch, which are in a random order, so that all classes have equally many, or one more: place
// i of another random order gets the next picture of class i modulo K, in the order of the epoch and
// from its beginning where the class has no more.
func (s *Set) balance(order []int, seed uint64, epoch int) {
	classes := len(s.data.Classes)
	members := make([][]int, classes)
	for _, i := range order {
		members[s.Label(i)] = append(members[s.Label(i)], i)
	}
	places := make([]int, len(order))
	chance.Shuffle(places, chance.At(seed, epoch), classes)
	for i, place := range places {
		of := members[i%classes]
		order[place] = of[i/classes%len(of)]
	}
}
