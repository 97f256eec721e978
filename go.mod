module github.com/seatwright/seatwright

go 1.25.0
