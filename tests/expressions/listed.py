# SPDX-License-Identifier: Apache-2.0
"""Expressions chosen one by one: every function, operator, section and error that DynamoDB's answers tell apart.

Whether each is taken, and what comes of it, is DynamoDB Local's to say (tests/dynamodb/test_expressions.py); that both
outcomes occur is checked there.
"""

from __future__ import annotations

import re
from typing import Any

KEY = {"pk": {"S": "k"}}
_Q: dict[str, Any] = {"L": [{"S": "q"}]}
ITEM: dict[str, Any] = {
    **KEY,
    "a": {"S": "abcdef"},
    "b": {"B": b"abc"},
    "n": {"N": "1"},
    "n2": {"N": "1.0"},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "l": {"L": [{"N": "1"}, {"S": "x"}, _Q]},
    "m": {"M": {"a": {"N": "1"}, "x": {"S": "1"}}},
    "ns": {"NS": ["1", "2", "3"]},
    "ss": {"SS": ["a", "b", "c"]},
    "bs": {"BS": [b"a", b"b"]},
    "nn": {"L": [{"N": "1.0"}, {"S": "x"}]},
    "nm": {"M": {"a": {"N": "1.00"}}},
    "lss": {"L": [{"SS": ["b", "a"]}]},
    "e": {"S": ""},
    "eb": {"B": b""},
    "u": {"S": "\u00e9\U00010000"},
    "uh": {"S": "\uffff"},
    "ua": {"S": "\U00010000"},
    "hi": {"B": b"\xff"},
}
NAMES = {"#a": "a", "#b": "b", "#n": "name", "#dot": "a.b", "#1": "a", "#\u00e9": "a"}
VALUES: dict[str, Any] = {
    ":s": {"S": "abc"},
    ":e": {"S": ""},
    ":ty": {"S": "S"},
    ":bad": {"S": "Q"},
    ":n": {"N": "1"},
    ":m": {"N": "2"},
    ":1": {"N": "1"},
    ":one": {"N": "1.000"},
    ":three": {"N": "3"},
    ":five": {"N": "5"},
    ":half": {"N": "1.50"},
    ":big": {"N": "9.9E125"},
    ":tiny": {"N": "1E-130"},
    ":d38": {"N": "1" * 38},
    ":b": {"B": b"a"},
    ":hi": {"B": b"\xff"},
    ":lo": {"B": b"\x01"},
    ":t": {"BOOL": True},
    ":z": {"NULL": True},
    ":l": {"L": [{"N": "1"}, {"S": "x"}]},
    ":l1": {"L": [{"N": "1"}, {"S": "x"}]},
    ":mm": {"M": {"a": {"N": "1"}}},
    ":ns": {"NS": ["1", "2"]},
    ":ns2": {"NS": ["2.0", "5"]},
    ":ss": {"SS": ["a", "b"]},
    ":ss2": {"SS": ["c", "d"]},
    ":ssr": {"SS": ["b", "a"]},
    ":all": {"SS": ["a", "b", "c"]},
    ":allr": {"SS": ["c", "a", "b"]},
    ":nsr": {"NS": ["3.0", "2", "1"]},
    ":bs": {"BS": [b"a"]},
    ":bsr": {"BS": [b"b", b"a"]},
    ":q": {"L": [{"S": "q"}]},
    ":mr": {"M": {"x": {"S": "1"}, "a": {"N": "1.0"}}},
    ":es": {"SS": []},
    ":badn": {"N": "x"},
    ":dup": {"SS": ["a", "a"]},
}


def used(given: dict[str, Any], text: str) -> dict[str, Any]:
    """The placeholders that a text uses."""
    return {name: given[name] for name in given if re.search(re.escape(name) + r"(?![A-Za-z0-9_])", text)}


#: Conditions on ITEM.
CONDITIONS = (
    "a = :s", "a=:s", "(a) = :s", "((a = :s))", "(a = :s)", "((a)) = :s", "(((a = :s) AND (n=:n)))", "a = (:s)",
    "NOT a = :s", "NOT NOT a = :s", "NOT (NOT a = :s)", "not a=:s And n=:n", "_a = :s", "a-b = :s", "a1_ = :s",
    "1a=:s", "a[0]=:s", "a[ 0 ]=:s", "a [0]=:s", "a . b = :s", "a[00]=:s", "a[-1]=:s", "a[99999999999999]=:s",
    "#a[0].#n=:s", "#dot = :s", "size = :s", "contains = :s", "begins_with=:s", "attribute_exists = :s",
    "remove = :s", "size(a) > :n", "SIZE(a) > :n", "size (a) > :n", "size(a)", "size(size(a)) > :n", "size(:s) > :n",
    "size(:n)>:n", "size(n)>:n", "size(n)>=:s", ":s = :s", ":s = a", ":n=:n", "a = a", ":s = :ss", "a = b", "#a = a",
    "m.a = m.a", "m.a=m.x", "size(a)=size(a)", "size(a)=size(b)", "a", "a = :s AND", "", "  ", ":t",
    "attribute_exists(a)", "attribute_exists(:s)", "attribute_exists(size(a))", "attribute_exists(a,a)",
    "attribute_exists()", "attribute_exists((a))", "attribute_exists(a) = :t", "attribute_type(a,:ty)",
    "attribute_type(a,:bad)", "attribute_type(a,:n)", "attribute_type(a,m)", "attribute_type(:s,:ty)",
    "begins_with(a,:s)", "begins_with(:s,a)", "begins_with(:s,:s)", "begins_with(a,:n)", "begins_with(n,:s)",
    "begins_with(b,:b)", "begins_with(a,:b)", "begins_with(a,a)", "begins_with(a,#a)", "contains(a,a)",
    "contains(:s,:s)", "contains(:n,:s)", "contains(:ss,a)", "contains(ss,:s)", "contains(l,:n)", "contains(l,:l)",
    "contains(ns,:n)", "contains(ns,:s)", "contains(m,:s)", "contains(:mm,:s)", "contains(b,:b)", "contains(bs,:b)",
    "contains(a,:n)", "contains(a,:z)", "contains(t,:z)", "a IN (:s)", "a IN ()", "a IN (:s,a)", "a IN (:s,:n)",
    "a IN :s", "a BETWEEN :n AND :m", "a BETWEEN :m AND :n", "a BETWEEN :n AND :s", "n BETWEEN :n AND :m",
    "n BETWEEN :n AND m", "n BETWEEN n AND :m", ":n BETWEEN n AND :m", "a < :z", "a < :l", "a < :ss", "a < :t",
    "t < :t", "z = :z", "z <> :z", "zz <> :z", "zz = :z", "z <= :z", "l = :l", "ss = :ss", "a <> :n", "a < :n",
    "a >= :n", "size(a) < :s", "size(a) = :l", "size(a) IN (:n)", "size(a) BETWEEN :n AND :m", "contains(size(a),:n)",
    "begins_with(size(a),:s)", "a = :s = :n", "a = b = n", "a = :s OR n = :n AND b = :b", "evil(a)", "foo", "a=:s;",
    "a=:s \xa0", "a\n=\t:s", "\x0ba=:s", "#a.b=:s", "#=:s", ":=a", "a=:a-b", "a == :s", "a != :s", "NOT a", "(a)",
    "AND", "a AND b", "size(a) AND n=:n", "n2=:one", "nn=:l1", "nm=:mm", "ss=:ssr", "contains(lss,:ssr)",
    "contains(ss,:ssr)", "size(t)>:n", "size(z)>:n", "size(zz)>:n", "NOT size(zz)>:n", "size(n)<>:n", "size(n)<>:s",
    "size(zz)<>:n", "size(zz)=size(zzz)", "size(a)<>:s", "size(u)=:five", "size(u)=:three", "size(u)=:m",
    "size(e)<:n", "size(m)=:m", "size(l)=:three", "size(bs)=:m", "size(ns)=:three", "size(ss)=:three",
    "size(b)=:three", "zz<>:n", "NOT zz<:n", "attribute_type(zz,:ty)", "hi>:lo", "uh>ua", "uh<ua",
    "begins_with(e,:e)", "begins_with(a,:e)", "contains(a,:e)", "contains(e,:e)", "contains(e,e2)", "zz <> zzz",
    "zz = zzz", "n<>a", "a<n", "n BETWEEN a AND m", "n BETWEEN l AND l2", "n BETWEEN :l AND :l1", "n IN (n2)",
    "n IN (:one,:n)", "contains(ns,:one)", "size(:l)>:n", "size(:t)>:n", "size(:z)>:n", "size(l[0])>:n",
    "attribute_exists(l[0].a)", "attribute_exists(l[2][0])", "attribute_exists(l[3])", "attribute_not_exists(zz)",
    "contains(:l,n)", "contains(l[2],:s)", ":s IN (a,b)", ":s BETWEEN :s AND :s", "begins_with(zz,:s)",
    "contains(a,ss)", "begins_with(a,ss)", "begins_with(a,zz)", "contains(zz,zzz)", "contains(a,zz)", "a <= :z",
    "size(:b)>:n", "n < size(a)", "n BETWEEN :n AND size(a)", "size(a) BETWEEN :n AND size(b)",
    "NOT (a = :s OR b=:b)", "((a = :s) AND n = :n)", "(a = :s) AND (n = :n)", "((a) = :s)", "a = :s AND (((n) = :n))",
    "contains((a),(:s))", "NOT ((a = :s))", "NOT (a = :s)", "a IN ((:s))",
    "attribute_exists((a)) AND (attribute_exists(b))", "(NOT a = :s)", "(a BETWEEN :s AND :s)", "(size(a)) > :n",
    "(size(a) > :n)", "((size((a))) > :n)", "a=:zzz", "#q=:s", "size(a) > :s", "size(a) >:l", "size(:s) > :l",
    "contains(:n,n)", "contains(:t,n)", "contains(:z,n)", "contains(:mm,n)", "attribute_type(a,:l)",
    "size(a) IN (n,:n)", "size(a) = size(:s)", "a IN (size(b))", "begins_with(:n,a)", "begins_with(:l,a)",
    "begins_with(a,size(b))", "contains(a,size(b))", "contains(l,size(b))", "attribute_type(size(a),:ty)",
    "attribute_type(a,size(a))", "attribute_type(:n,:ty)", "attribute_type(a,:ty,:ty)", "size()", "size(a,b)=:n",
    "contains(a)", "if_not_exists(a,:s)", "list_append(a,:l)=:l", "n BETWEEN :t AND :t",
    "n = :n AND NOT zz = :s OR zz = :m", "attribute_exists(a) = attribute_exists(b)", "(attribute_exists(a)) = :t",
    "size(size)=:n", "size(a) AND b = :b", "contains(a,attribute_exists(b))", "begins_with(:s,:b)",
    "begins_with(:b,:s)", "size(a) BETWEEN :s AND :s", ":l BETWEEN :n AND :m", "n BETWEEN :s AND size(a)",
    "n BETWEEN size(a) AND :s", "attribute_type(a,a)", "a[2147483647]=:s", "a[2147483648]=:s", "a[4294967295]=:s",
    "a[9223372036854775807]=:s", "n BETWEEN :n AND l", "#a = :s", "attribute_exists(a) AND attribute_exists(b)",
    "size(a) < :t", "size(a)=:t", "size(ss)=:t", "contains(size(a),:s)", "a = size(a)", "size(a) <> a",
    "a IN (size(a))", "NOT(a=:s)", "a=:s AND(b=:b)", "a=:s OR NOT b=:b", "a IN(:s)", "a BETWEEN :s AND:s",
    "aBETWEEN :s AND :s", "a=:sAND b=:b", "NOTa=:s", "a>=:s", "a> =:s", "a[0] [1]=:s", "#\xe9=:s", "#1=:s", "a=:1",
    "a.1=:s", "a. #a=:s", "a.#dot=:s", "attribute_exists((size(a)))", "contains((a),(a))", "begins_with((a),(a))",
    "(a)=(a)",
    "ss=:allr", "ss<>:allr", "ns=:nsr", "bs=:bsr", "l[2]=:q", "m=:mr", "m<>:mr", "ss IN (:ss,:allr)", "l[2] IN (:q)",
    "m.a=:one", "m.a<:m", "m.x>:s", "contains(l,:q)", "contains(:all,m.x)", "contains(ns,m.a)", "t=:t", "t<>:t",
    "z IN (:z)",
    "b>:b", "b BETWEEN :lo AND :hi", "eb<:lo", "e<:s", "n BETWEEN :tiny AND :big", "attribute_type(l[2],:ty)",
)  # fmt: skip

#: Projections of ITEM.
PROJECTIONS = (
    "a", "a,b", "a, l[0]", "l[0],l[2]", "l[2],l[0]", "l[2][0]", "m.a", "m.a,m.x", "m.a,m", "m,m", "a,a", "a,#a",
    "l[0],l", "l[0],l[0]", "l.a", "l[0],l.a", "m[0],m.a", "a.b", "l[9]", "l[9],l[0]", "m.q", "m.q,zz", "m.q.r",
    "l[0].x", "zz", "", "a,", "a b", "#dot", "name", "remove", "a:", "a[0],a", "m.a.b", "size(a)", "pk", "l[2][5]",
    "l[2]", "(a)", "_a", "a1", "l[ 0 ]", "l [0]", "m . a", "l[0][0]", "l[00]",
)  # fmt: skip

#: Updates of ITEM.
UPDATES = (
    "SET a = :s", "set a=:s", "SET a=:s,b=:b", "SET a=:s SET b=:b", "SET a=:s REMOVE b", "REMOVE b SET a=:s",
    "REMOVE b REMOVE a", "SET a=:s,", "SET a=:s, REMOVE b", "", "SET", "SET pk=:s", "SET pk.a=:s", "REMOVE pk",
    "ADD pk :n", "SET a = :s, a = :n", "SET m = :s, m.a=:n", "SET m.a=:n, m.x=:n", "SET l[0]=:n, l[1]=:n",
    "SET l[0]=:n, l.a=:n", "SET m.a.b = :n", "SET zz.a=:n", "SET zz[0]=:n", "SET l[9]=:n", "SET l[9]=:n,l[7]=:s",
    "SET l[1].a=:n", "SET a[0]=:n", "SET m[0]=:n", "SET m.q=:n", "SET m.q.r=:n", "SET n=n+:n", "SET n=:n+n",
    "SET n=n-:n", "SET n = n + :s", "SET n = a + :n", "SET n = zz + :n", "SET n = :n + :n", "SET n = :n + :s",
    "SET n = n + n + n", "SET n = (n)", "SET n = (n + :n)", "SET n = (n + n) + :n", "SET n=n - (n+:n)", "SET n = -n",
    "SET a = b", "SET a = zz", "SET a = l[0]", "SET a = l[9]", "SET q = if_not_exists(q,:s)",
    "SET q=if_not_exists(a,:s)", "SET q = if_not_exists(:s,:s)", "SET q=if_not_exists(zz,zzz)",
    "SET q=if_not_exists(zz,a)", "SET q=if_not_exists(zz,n+:n)", "SET q=if_not_exists(zz,if_not_exists(zzz,:s))",
    "SET q=if_not_exists(zz,:n)+:n", "SET q=if_not_exists(a)", "SET q=list_append(l,:l)", "SET q=list_append(:l,l)",
    "SET q=list_append(l,l)", "SET q=list_append(:l,:l)", "SET q=list_append(l,:s)", "SET q=list_append(a,:l)",
    "SET q=list_append(zz,:l)", "SET q=list_append(if_not_exists(zz,:l),:l)",
    "SET q = list_append(list_append(l,:l),:l)", "SET l = list_append(l,:l)", "SET q=size(a)", "SET q=foo(a)",
    "SET q=contains(a,:s)", "SET q=:t + :n", "SET q=list_append(l,:l)+:n", "SET q=if_not_exists(zz,:s)+:n",
    "ADD n :n", "ADD zz :n", "ADD zz :ss", "ADD a :n", "ADD a :ss", "ADD ss :ss2", "ADD ss :ns", "ADD ns :ns2",
    "ADD n :ss", "ADD n :s", "ADD n n", "ADD m.a :n", "ADD m.q :n", "ADD zz.a :n", "ADD l[0] :n", "ADD l[9] :n",
    "ADD l[9] :ss", "ADD l :l", "ADD n :n, zz :m", "ADD bs :bs", "DELETE ss :ss", "DELETE ss :all", "DELETE zz :ss",
    "DELETE ss :ns", "DELETE ss :s", "DELETE n :n", "DELETE a :ss", "DELETE m.q :ss", "DELETE zz.q :ss",
    "DELETE l[9] :ss", "DELETE ns :ns2", "REMOVE l[0]", "REMOVE l[0],l[1]", "REMOVE l[1],l[0]", "REMOVE l[9]",
    "REMOVE zz", "REMOVE zz.a", "REMOVE m.q", "REMOVE m.q.r", "REMOVE a.b", "REMOVE a[0]", "REMOVE m[0]",
    "REMOVE l.a", "REMOVE m.a, m.x", "REMOVE m", "REMOVE l[2][0]", "REMOVE l[0], l[2][0]", "SET l[0]=:s REMOVE l[1]",
    "SET l[2]=:s REMOVE l[0]", "SET l[9]=:s REMOVE l[0]", "SET l[5]=:s,l[4]=:n", "SET l[1]=l[0],l[0]=l[1]",
    "SET a=b, b=a", "SET a=:half", "SET n=:half", "SET n=n+:half", "SET n = n + :d38", "SET n=:big+:big",
    "SET n=:d38 + :tiny", "SET n=:tiny - :tiny", "SET a=:es", "SET a=:badn", "SET a=:dup", "ADD n :big",
    "SET x1=a REMOVE a", "SET a=:s ADD n :n DELETE ss :ss REMOVE b", "SET m.b = m", "SET m.a = m", "SET q = m.a",
    "SET l[0] = l", "SET a=:s ADD a :n", "REMOVE a DELETE a :ss", "SET n = ((n))", "SET n = ((n + :n))",
    "SET n=(n) + (:n)", "SET (a)=:s", "SET a[0].b=:s,a[0].c=:s", "SET l[2][0]=:n", "SET l[2][7]=:n",
    "SET l[2][0]=:n REMOVE l[0]", "SET l[2]=:n ADD l[9] :n", "SET x=:s, y=:s, m.z=:s", "SET a=:s, #a.b=:s",
    "ADD m.a :n, l[0] :n", "SET z1 = if_not_exists(l[0],:s)", "SET z1 = if_not_exists(a.b,:s)",
    "SET z1=list_append((l),(:l))", "SET n = if_not_exists(n,:n) - if_not_exists(zz,:m)", "SET a=:undefined",
    "SET #zz = :s", "SET a.name = :s", "DELETE ss :ss, ns :ns", "SET n = :s - :n", "SET n = l - :n", "SET n = zz - a",
    "SET q=list_append(:s,l)", "SET q = list_append(l)", "SET q= l + l", "SET q=if_not_exists((a),:s)",
    "SET q = list_append(l,if_not_exists(l,:s))", "SET q=if_not_exists(zz, list_append(l,:l))", "SET q=:s + size(a)",
    "SET a", "ADD zz :l", "ADD zz :t", "ADD zz (:n)", "ADD zz :n :m", "DELETE zz :z", "REMOVE a b", "SET a == :s",
    "SET a :s", "ADD a=:n", "SET m.a = :s, m.x = if_not_exists(m.x,:s) REMOVE m.q", "SET m.x=:s REMOVE m.a",
    "SET l[1] = :n REMOVE l[1]", "SET l[0] = :ss ADD l[1] :n", "ADD l[1] :n", "DELETE l[0] :ss", "ADD a.b :n",
    "ADD a[0] :n", "DELETE a.b :ss", "SET m.zz=:s,m.yy=:s,l[4]=:s",
)  # fmt: skip

#: Updates of an item that is not there.
CREATIONS = (
    "SET a=:s", "REMOVE a", "ADD n :n", "DELETE ss :ss", "SET a.b=:s", "SET n=n+:n", "SET n=if_not_exists(n,:n)+:n",
    "ADD x.y :n", "REMOVE x.y", "DELETE x.y :ss", "ADD x[0] :n",
)  # fmt: skip
