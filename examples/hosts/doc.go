// Package hosts has no code: the packages below it are what a host writes for
// seatwright, one for each way of holding transactions and one for each way of
// being asked. Copy the one that is like yours; it is at most 80 lines.
//
//   - [github.com/seatwright/seatwright/examples/hosts/pgxhost]: closures in
//     transactions of pgx, with row-level security for tenants
//   - [github.com/seatwright/seatwright/examples/hosts/sqlhost]: database/sql, with
//     the transaction in the context, and savepoints
//   - [github.com/seatwright/seatwright/examples/hosts/gormhost]: GORM
//   - [github.com/seatwright/seatwright/examples/hosts/sqlitehost]: a host that
//     hands no transaction out
//   - [github.com/seatwright/seatwright/examples/hosts/httphost] and
//     [github.com/seatwright/seatwright/examples/hosts/grpchost]: who may use what
//   - [github.com/seatwright/seatwright/examples/hosts/start]: opening and ending
//
// All pass the suite in hosttest that concerns them. docs/production.md, Doors,
// says which is whose.
package hosts
