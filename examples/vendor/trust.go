package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/seatwright/seatwright/license/signed"
)

// trust makes a trust file, or extends the one that is there: keys with the
// owners that they may sign for, and the ids of keys that are revoked.
func (p program) trust(args []string) error {
	set := flags("trust")
	var owners, revoked list
	set.Var(&owners, "owner", "")
	set.Var(&revoked, "revoke", "")
	mayGrant, out := set.Bool("grant", false, ""), set.String("out", "", "")
	if err := parse(set, args, anyNumber); err != nil {
		return err
	}
	if (set.NArg() > 0) != (len(owners) > 0) || set.NArg()+len(revoked) == 0 {
		return &usageError{"trust takes -owner with keys, or -revoke"}
	}
	var trust *signed.Trust // nil trusts nobody
	if _, err := os.Stat(*out); *out != "" && !errors.Is(err, fs.ErrNotExist) {
		if trust, err = p.trustOf(*out); err != nil {
			return err
		}
	}
	keys := trust.Keys()
	for _, name := range set.Args() {
		key, err := p.publicKey(name)
		if err != nil {
			return err
		}
		keys = withKey(keys, signed.TrustedKey{Key: key, Owners: owners, MayGrant: *mayGrant})
	}
	extended, err := signed.NewTrust(keys...)
	if err != nil {
		return err
	}
	if extended, err = extended.Revoke(append(trust.Revoked(), revoked...)...); err != nil {
		return err
	}
	data, err := json.MarshalIndent(extended, "", "  ")
	if err != nil {
		return err
	}
	return p.deliver(*out, true, append(data, '\n')) // it has everything that was in the file
}

// trustOf reads a trust file.
func (p program) trustOf(name string) (*signed.Trust, error) {
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	trust, err := signed.ParseTrust(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return trust, nil
}

// withKey adds a key, or what it may do to the same key.
func withKey(keys []signed.TrustedKey, key signed.TrustedKey) []signed.TrustedKey {
	i := slices.IndexFunc(keys, func(k signed.TrustedKey) bool { return k.Key.Equal(key.Key) })
	if i < 0 {
		return append(keys, key)
	}
	keys[i].MayGrant = keys[i].MayGrant || key.MayGrant
	for _, owner := range key.Owners {
		if !slices.Contains(keys[i].Owners, owner) {
			keys[i].Owners = append(keys[i].Owners, owner)
		}
	}
	return keys
}
