using Slipway.Core.Configuration;
using Slipway.Server.Configuration;

namespace Slipway.Server.Tests.Configuration;

/// <summary>The exact words for each thing that can be wrong: people and their tools read them.</summary>
public class BadDocumentTests
{
    internal const string Head = "project: shop\nservice: { host: shop.example }\ndefaults: { deploy: { process: { command: ./shop } } }\n";

    /// <summary>Whole documents.</summary>
    public static TheoryData<string, string> Documents => new()
    {
        { $"{Head}freezes: [{{ name: a, deny: {{ rule: FREQ=NEVER, from: 2026-01-02T17:00, for: 1h, zone: UTC }} }}]\nenvironments: [{{ name: a }}]", "SLIP0140: slipway.yaml:4:36 freezes[0].deny.rule: 'FREQ=NEVER' is no rule for a window: FREQ=NEVER is none of DAILY, WEEKLY, MONTHLY, YEARLY; write a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=FR" },
        { $"{Head}freezes: [{{ name: a, deny: {{ from: 2026-01-02T17:00, until: 2026-01-03T17:00, zone: Europe/Berlyn }} }}]\nenvironments: [{{ name: a }}]", "SLIP0141: slipway.yaml:4:85 freezes[0].deny.zone: there is no time zone named 'Europe/Berlyn'; did you mean 'Europe/Berlin'?" },
        { $"{Head}freezes: [{{ name: a, deny: {{ from: 2026-03-29T02:30, until: 2026-04-03T17:00, zone: Europe/Berlin }} }}]\nenvironments: [{{ name: a }}]", "SLIP0142: slipway.yaml:4:36 freezes[0].deny.from: '2026-03-29T02:30' does not exist in Europe/Berlin: the clocks go forward over it; write a time before or after the gap" },
        { $"{Head}freezes: [{{ name: a, deny: {{ from: 2026-01-02T17:00, until: 2026-01-01T17:00, zone: UTC }} }}]\nenvironments: [{{ name: a }}]", "SLIP0143: slipway.yaml:4:61 freezes[0].deny.until: '2026-01-01T17:00' is not after '2026-01-02T17:00'; let 'until' be later than 'from'" },
        { $"{Head}freezes: [{{ name: a, deny: {{ from: 2026-01-02T17:00, until: 2026-01-03T17:00, zone: UTC }} }}, {{ name: a, deny: {{ from: 2026-01-02T17:00, until: 2026-01-03T17:00, zone: UTC }} }}]\nenvironments: [{{ name: a }}]", "SLIP0144: slipway.yaml:4:102 freezes[1].name: there are two freezes named 'a'; give one of them another name" },
        { $"{Head}freezes: [{{ name: a, deny: {{ rule: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30, from: 2026-01-02T17:00, for: 1h, zone: UTC }} }}]\nenvironments: [{{ name: a }}]", "SLIP0145: slipway.yaml:4:36 freezes[0].deny.rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' never happens from '2026-01-02T17:00' on; let the parts of the rule meet on some day, and let UNTIL be later than 'from'" },
        { "project: shop\nsources: [{ name: m, datadog: { apiKey: abc } }]\nenvironments: [{ name: a, deploy: { process: { command: x } } }]", "SLIP0137: slipway.yaml:2:41 sources[0].datadog.apiKey: 'apiKey' is a secret, and the document is no place for one; write the name of an environment variable of the server, such as ${API_KEY}" },
        { "project: shop\nsources: [{ name: m }]\nenvironments: [{ name: a, deploy: { process: { command: x } } }]", "SLIP0102: slipway.yaml:2:11 sources[0]: the source says no kind; write one of prometheus, otlp, http, command, signal, datadog, cloudwatch, newrelic, such as - { name: metrics, prometheus: { url: http://prometheus.example:9090 } }" },
        { "", "SLIP0100: slipway.yaml:1:1: the document is empty; begin with project: and a name" },
        { "project: [", "SLIP0100: slipway.yaml:2:1: this is no YAML: While parsing a node, did not find expected node content.; mend the line; look at its indentation, colons, brackets and quotes" },
        { "a: 1\n b: 2", "SLIP0100: slipway.yaml:2:3: this is no YAML: While scanning a plain scalar value, found invalid mapping.; mend the line; look at its indentation, colons, brackets and quotes" },
        { "project: shop\n---\nproject: other", "SLIP0100: slipway.yaml:2:1: a second document begins; keep one document a file" },
        { "project: &a shop", "SLIP0100: slipway.yaml:1:10: anchors and aliases are not read; write the value out, or put what environments share under defaults:" },
        { "project: *a", "SLIP0100: slipway.yaml:1:10: anchors and aliases are not read; write the value out, or put what environments share under defaults:" },
        { "project: !x shop", "SLIP0100: slipway.yaml:1:10: the tag !x is not read; remove it" },
        { "? [a]\n: b", "SLIP0100: slipway.yaml:1:3: a list or a mapping stands where a key is wanted; write a plain key" },
        { "[1]", "SLIP0103: slipway.yaml:1:1: a list stands where a mapping is wanted; write project: shop, and environments: below it" },
        { "project: shop\nproject: shop\nenvironments: []", "SLIP0104: slipway.yaml:2:1 project: 'project' is written twice; keep one; the first is on line 1" },
        { "project: shop", "SLIP0102: slipway.yaml:1:1: the key 'environments' is missing; add environments: and below it - name: production" },
        { "projekt: shop", "SLIP0102: slipway.yaml:1:1: the key 'project' is missing; add project: shop" },
        { "project: Shop\nenvironments: 3", "SLIP0108: slipway.yaml:1:10 project: 'Shop' is no name; use 1 to 63 lower-case letters, digits and dashes, with no dash at either end" },
        { "project:\nenvironments: []", "SLIP0103: slipway.yaml:1:9 project: nothing stands where a plain value is wanted; write a name such as production" },
        { "project: shop\nversions: calendar\nenvironments: []", "SLIP0105: slipway.yaml:2:11 versions: 'calendar' cannot stand here; use one of: calver, semver" },
        { "project: shop\nsource: { paths: [] }\nenvironments: []", "SLIP0102: slipway.yaml:2:9 source: the key 'git' is missing; add git: https://example.test/shop.git" },
        { "project: shop\nsource: { git: --upload-pack=x }\nenvironments: []", "SLIP0106: slipway.yaml:2:16 source.git: '--upload-pack=x' is no address of a repository; write a URL or a path that does not begin with a dash" },
        { "project: shop\nservice: { host: \"http://shop\" }\nenvironments: []", "SLIP0109: slipway.yaml:2:18 service.host: 'http://shop' is no host name; write it without scheme, port or path, such as shop.example" },
        { "project: shop\nservice: { host: a, hosts: [b] }\nenvironments: []", "SLIP0113: slipway.yaml:2:10 service: 'host' and 'hosts' cannot stand together; keep one of them" },
        { "project: shop\nservice: { hosts: a }\nenvironments: []", "SLIP0103: slipway.yaml:2:19 service.hosts: 'a' stands where a list is wanted; write [a]" },
        { "project: shop\nservice: { userKey: { cookie: \"u id\" } }\nenvironments: []", "SLIP0108: slipway.yaml:2:31 service.userKey.cookie: 'u id' is no name of a header or cookie; use letters, digits and dashes, such as uid" },
        { "project: shop\nservice: { userKey: ip }\nenvironments: []", "SLIP0105: slipway.yaml:2:21 service.userKey: 'ip' is no place to find a user's key; write { cookie: uid }, { header: x-user } or clientAddress" },
        { "project: shop\nservice: { routes: [/checkout] }\nenvironments: []", "SLIP0103: slipway.yaml:2:20 service.routes: a list stands where a mapping is wanted; write { checkout: /checkout, search: /api/search }" },
        { "project: shop\nservice: { routes: {} }\nenvironments: []", "SLIP0106: slipway.yaml:2:20 service.routes: no route is named; write { checkout: /checkout, search: /api/search }, or leave the key out" },
        { "project: shop\nservice: { routes: { Pay: /pay } }\nenvironments: []", "SLIP0108: slipway.yaml:2:27 service.routes.Pay: 'Pay' cannot be the name of a route; use 1 to 63 lower-case letters, digits and dashes, with no dash at either end" },
        { "project: shop\nservice: { routes: { other: /pay } }\nenvironments: []", "SLIP0108: slipway.yaml:2:29 service.routes.other: 'other' cannot be the name of a route; choose another: it is what paths belong to that no route takes" },
        { "project: shop\nservice: { routes: { pay: pay/ } }\nenvironments: []", "SLIP0106: slipway.yaml:2:27 service.routes.pay: 'pay/' is no beginning of a path; write whole segments such as /checkout or /api/search, without a slash at the end, patterns or escapes" },
        { "project: shop\nservice: { routes: { pay: /pay, order: /pay } }\nenvironments: []", "SLIP0114: slipway.yaml:2:40 service.routes.order: '/pay' is the route 'pay' already; keep one of them" },
        { "project: shop\nservice: { routes: { a: /a, b: /b, c: /c, d: /d, e: /e, f: /f, g: /g, h: /h, i: /i, j: /j, k: /k, l: /l, m: /m } }\nenvironments: []", "SLIP0112: slipway.yaml:2:20 service.routes: 13 routes are named; keep it to 12: those that could break alone" },
        { "project: shop\nenvironments: [{ name: a, slice: rest, deploy: { process: { command: x } } }]", "SLIP0127: slipway.yaml:2:34 environments[0].slice: the environment takes a slice of a project without a service; add service: { host: shop.example } to the project, or write slice: none" },
    };

    /// <summary>Keys of the one environment, or the environments, of a project that is otherwise sound.</summary>
    public static TheoryData<string, string> Environments => new()
    {
        { "{ }", "SLIP0102: slipway.yaml:4:16 environments[0]: the key 'name' is missing; add name: production" },
        { "{ name: A }", "SLIP0108: slipway.yaml:4:24 environments[0].name: 'A' is no name; use 1 to 63 lower-case letters, digits and dashes, with no dash at either end" },
        { "{ name: a, naem: b }", "SLIP0101: slipway.yaml:4:27 environments[0].naem: 'naem' is no key of this mapping; did you mean 'name'?" },
        { "{ name: a, tier: prod }", "SLIP0105: slipway.yaml:4:33 environments[0].tier: 'prod' cannot stand here; use one of: development, production, staging" },
        { "{ name: a }, { name: a, slice: none }", "SLIP0120: slipway.yaml:4:37 environments[1].name: there are two environments named 'a'; give one of them another name" },
        { "{ name: canray, slice: none }, { name: b, after: [canary] }", "SLIP0121: slipway.yaml:4:66 environments[1].after[0]: there is no environment named 'canary'; did you mean 'canray'?" },
        { "{ name: a, slice: none, strategy: [{ mirror: 10% }, { weight: 100% }] }", "SLIP0150: slipway.yaml:4:51 environments[0].strategy[0]: the step needs live traffic, and the environment takes none; give the environment a slice, or remove the step" },
        { "{ name: a, strategy: [{ weight: 100% }, baseline] }", "SLIP0150: slipway.yaml:4:56 environments[0].strategy[1]: everyone is on the candidate already, so nothing is left to mirror or to compare with; put the step before the weight of 100 % or the switch" },
        { "{ name: a, hooks: { before: [{ command: ./x }, { command: ./x }] } }", "SLIP0151: slipway.yaml:4:34 environments[0].hooks: two hooks are named 'x'; give one of them a name: of its own" },
        { "{ name: a, strategy: [{ scale: 3 }, { weight: 100% }] }", "SLIP0152: slipway.yaml:4:38 environments[0].strategy[0]: the candidate cannot have 3 instances where 1 serve everyone; write at most that many, or raise deploy.instances" },
        { "{ name: a, slice: none, targets: [eu], promote: approve }", "SLIP0153: slipway.yaml:4:49 environments[0].targets: a fleet would ask for an approval in each of its targets; let an environment before it be approved, and promote the fleet manually or automatically" },
        { "{ name: a, targets: [eu] }", "SLIP0154: slipway.yaml:4:36 environments[0].targets: an environment with targets cannot take one slice for all of them; write slice: none, and targets: { hosts: [\"{target}.shop.example\"] } when each has its own host" },
        { "{ name: a, slice: none, targets: { rings: [{ targets: [eu] }, { targets: [eu] }] } }", "SLIP0114: slipway.yaml:4:89 environments[0].targets.rings[1].targets: the target 'eu' stands in two rings; keep it in one of them" },
        { "{ name: a, slice: none, targets: [b] }, { name: a-b, slice: none }", "SLIP0120: slipway.yaml:4:49 environments[0].targets: a target makes an environment whose name is taken already; rename the target, or the other environment" },
        { "{ name: a, hooks: { before: [{ }] } }", "SLIP0102: slipway.yaml:4:45 environments[0].hooks.before[0]: the hook says neither 'webhook' nor 'command'; write { webhook: https://ci.example/smoke } or { command: [./smoke, \"{version}\"] }" },
        { "{ name: a, hooks: { before: [{ webhook: ftp://x }] } }", "SLIP0106: slipway.yaml:4:56 environments[0].hooks.before[0].webhook: 'ftp://x' is no address that can be called; write a URL that begins with https:// or http:// and holds no password" },
        { "{ name: a, hooks: { before: [{ webhook: https://x, secret: a-b }] } }", "SLIP0108: slipway.yaml:4:75 environments[0].hooks.before[0].secret: the secret is no name of an environment variable; write the name of a variable that the server has, such as HOOK_KEY; never the secret itself" },
        { "{ name: a, hooks: { before: [{ command: ./x, timeout: 7h }] } }", "SLIP0107: slipway.yaml:4:70 environments[0].hooks.before[0].timeout: '7h' is longer than a hook may take; write at most 6h; what takes longer can tell its end with `slipway signal`" },
        { "{ name: a, strategy: [{ mirror: 0% }, { weight: 100% }] }", "SLIP0107: slipway.yaml:4:48 environments[0].strategy[0].mirror: a mirror of 0 % copies nothing; write a share above 0%, or leave the step out" },
        { "{ name: a, after: [a] }", "SLIP0123: slipway.yaml:4:35 environments[0].after[0]: 'a' comes after itself; remove it from its own list" },
        { "{ name: a, after: b }", "SLIP0103: slipway.yaml:4:34 environments[0].after: 'b' stands where a list is wanted; write [b]" },
        { "{ name: a, after: [c], slice: none }, { name: b, after: [a], slice: none }, { name: c, after: [b] }", "SLIP0122: slipway.yaml:4:34 environments[0].after: these environments wait for each other: a -> c -> b -> a; remove one of them from the 'after' of another" },
        { "{ name: a, slice: { percent: 60 } }, { name: b, slice: { percent: 40.001% } }, { name: c }", "SLIP0124: slipway.yaml:4:82 environments[1].slice.percent: with 40.001 % here the slices make 100.001 %; let all percentages together be at most 100 %" },
        { "{ name: a, slice: { percent: 101 } }", "SLIP0107: slipway.yaml:4:45 environments[0].slice.percent: '101' is outside 0 % to 100 %; write a percentage from 0% to 100%" },
        { "{ name: a, slice: { percent: 0.0001 } }", "SLIP0107: slipway.yaml:4:45 environments[0].slice.percent: '0.0001' is finer than 0.001 %; write at most three digits after the point" },
        { "{ name: a, slice: { percent: two } }", "SLIP0106: slipway.yaml:4:45 environments[0].slice.percent: 'two' is no percentage; write a number such as 5% or 0.5%" },
        { "{ name: a, slice: { percent: 0 } }", "SLIP0107: slipway.yaml:4:45 environments[0].slice.percent: '0' is no slice at all; write a percentage from 0.001% to 100%, or slice: none" },
        { "{ name: a, slice: rest }, { name: b, slice: rest }", "SLIP0125: slipway.yaml:4:60 environments[1].slice: 'a' takes the rest already; give this one a percentage, an audience or its own hosts" },
        { "{ name: a }, { name: b }", "SLIP0126: slipway.yaml:4:16 environments[0].slice: several environments say no slice, and only one can take the rest; add slice: none when it takes no live traffic, or its share such as slice: { percent: 2 }" },
        { "{ name: a, slice: rest }, { name: b }", "SLIP0126: slipway.yaml:4:42 environments[1].slice: the environment says no slice, and another one takes the rest; add slice: none when it takes no live traffic, or its share such as slice: { percent: 2 }" },
        { "{ name: a, slice: { percent: 5 } }", "SLIP0128: slipway.yaml:4:34 environments[0].slice: no environment takes the rest of the traffic, so other users would get no answer; give one environment slice: rest" },
        { "{ name: a, slice: { percent: 5, hosts: [x.example] } }", "SLIP0113: slipway.yaml:4:34 environments[0].slice: 'percent' and 'hosts' cannot stand together; keep one of them" },
        { "{ name: a, slice: all }", "SLIP0105: slipway.yaml:4:34 environments[0].slice: 'all' is no slice; write { percent: 2 }, { audience: {...} }, { hosts: [...] }, rest or none" },
        { "{ name: a, slice: {} }", "SLIP0102: slipway.yaml:4:34 environments[0].slice: the slice says nothing; write { percent: 2 }, { audience: {...} }, { hosts: [...] }, rest or none" },
        { "{ name: a }, { name: b, slice: { hosts: [Shop.example] } }", "SLIP0129: slipway.yaml:4:57 environments[1].slice.hosts[0]: the host 'shop.example' belongs to the service already; give the environment a host of its own" },
        { "{ name: a }, { name: b, slice: { audience: { cidr: [10.0.0.1] } } }", "SLIP0110: slipway.yaml:4:68 environments[1].slice.audience.cidr[0]: '10.0.0.1' is no network; write its first address and its length, such as 10.0.0.0/8, 192.0.2.7/32 or fd00::/8" },
        { "{ name: a }, { name: b, slice: { audience: { cidr: [10.1.2.3/8] } } }", "SLIP0110: slipway.yaml:4:68 environments[1].slice.audience.cidr[0]: '10.1.2.3/8' is no network; write its first address and its length, such as 10.0.0.0/8, 192.0.2.7/32 or fd00::/8" },
        { "{ name: a }, { name: b, slice: { audience: {} } }", "SLIP0106: slipway.yaml:4:59 environments[1].slice.audience: the audience is empty, so nobody belongs to it; write { header: { x-employee: \"true\" } }, cookie, cidr or users" },
        { "{ name: a }, { name: b, slice: { audience: { header: { \"x y\": z } } } }", "SLIP0108: slipway.yaml:4:78 environments[1].slice.audience.header.x y: 'x y' is no name of a header or cookie; use letters, digits and dashes, such as x-employee" },
        { "{ name: a }, { name: b, slice: { audience: { users: [x, x] } } }", "SLIP0114: slipway.yaml:4:72 environments[1].slice.audience.users[1]: 'x' is in the list twice; remove it" },
        { "{ name: a, deploy: { process: { command: \"\" } } }", "SLIP0111: slipway.yaml:4:57 environments[0].deploy.process.command: the command names no program; write command: ./shop --port {port}, or a list of words" },
        { "{ name: a, deploy: { process: { command: [] } } }", "SLIP0111: slipway.yaml:4:57 environments[0].deploy.process.command: the command names no program; write command: ./shop --port {port}, or a list of words" },
        { "{ name: a, deploy: { process: { command: \"a 'b\" } } }", "SLIP0111: slipway.yaml:4:57 environments[0].deploy.process.command: 'a 'b' is no command: the quote ' is never closed; mend it, or ask for a shell: [sh, -c, \"...\"]" },
        { "{ name: a, deploy: { process: { command: \"a | b\" } } }", "SLIP0111: slipway.yaml:4:57 environments[0].deploy.process.command: 'a | b' is no command: | belongs to a shell, and no shell reads the command; mend it, or ask for a shell: [sh, -c, \"...\"]" },
        { "{ name: a, deploy: { process: { command: x, health: healthz } } }", "SLIP0106: slipway.yaml:4:68 environments[0].deploy.process.health: 'healthz' is no path; begin with one / and leave out scheme, host and spaces, such as /healthz" },
        { "{ name: a, deploy: { process: { command: x, env: { PORT: 1 } } } }", "SLIP0108: slipway.yaml:4:73 environments[0].deploy.process.env.PORT: 'PORT' is set by Slipway itself; choose another name; PORT and SLIPWAY_* are taken" },
        { "{ name: a, deploy: { kubernetes: {} } }", "SLIP0102: slipway.yaml:4:35 environments[0].deploy: the key 'process' is missing; add process: { command: ./shop }" },
        { "{ name: a, bake: 10 }", "SLIP0106: slipway.yaml:4:33 environments[0].bake: '10' is no duration; write whole numbers with units d, h, m, s or ms, such as 90s or 1h30m" },
        { "{ name: a, bake: 30m1h }", "SLIP0106: slipway.yaml:4:33 environments[0].bake: '30m1h' is no duration; write whole numbers with units d, h, m, s or ms, such as 90s or 1h30m" },
        { "{ name: a, bake: 400d }", "SLIP0107: slipway.yaml:4:33 environments[0].bake: '400d' is longer than a year; write 365d or less" },
        { "{ name: a, bake: 0s }", "SLIP0107: slipway.yaml:4:33 environments[0].bake: '0s' is no time at all; write a duration above zero, or leave the key out" },
        { "{ name: a, checks: errors }", "SLIP0103: slipway.yaml:4:35 environments[0].checks: 'errors' stands where a list is wanted; write [errors]" },
        { "{ name: a, checks: [eror] }", "SLIP0105: slipway.yaml:4:36 environments[0].checks[0]: 'eror' cannot stand here; did you mean 'errors'?" },
        { "{ name: a, checks: [errors, errors] }", "SLIP0114: slipway.yaml:4:44 environments[0].checks[1]: the check 'errors' is in the list twice; keep one, or give it a name: of its own" },
        { "{ name: a, checks: [{ errors: { alpha: 0.7 } }] }", "SLIP0107: slipway.yaml:4:55 environments[0].checks[0].errors.alpha: '0.7' is out of range; write a number above 0 and below 0.5" },
        { "{ name: a, checks: [{ errors: {}, latency: {} }] }", "SLIP0113: slipway.yaml:4:36 environments[0].checks[0]: 'errors' and 'latency' cannot stand together; keep one of them" },
        { "{ name: a, checks: [{ errors: { from: { source: prom, total: a, count: b } } }] }", "SLIP0136: slipway.yaml:4:36 environments[0].checks[0]: the check 'errors' asks the source 'prom', which the project does not have; add sources: and below it - { name: prom, prometheus: { url: http://prometheus.example:9090 } }" },
        { "{ name: a, checks: [{ errors: { from: { source: prom, total: a } } }] }", "SLIP0102: slipway.yaml:4:54 environments[0].checks[0].errors.from: the key 'count' is missing; add { source: metrics, total: \"...\", count: \"...\" }" },
        { "{ name: a, checks: [{ errors: { strata: [host] } }] }", "SLIP0105: slipway.yaml:4:57 environments[0].checks[0].errors.strata[0]: 'host' cannot stand here; use one of: region, route" },
        { "{ name: a, checks: [{ latency: { strata: [route], from: { source: prom, histogram: x } } }] }", "SLIP0113: slipway.yaml:4:47 environments[0].checks[0].latency: 'strata' and 'from' cannot stand together; keep one of them" },
        { "{ name: a, checks: [{ errors: { interval: 10s } }] }", "SLIP0101: slipway.yaml:4:48 environments[0].checks[0].errors.interval: 'interval' is no key of this mapping; use one of: absoluteTolerance, alpha, beta, dispersion, dryRun, from, initialDelay, name, objective, onFail, onInconclusive, per, strata, tolerance, warmUp" },
        { "{ name: a, checks: [{ latency: { onInconclusive: hold } }] }", "SLIP0101: slipway.yaml:4:49 environments[0].checks[0].latency.onInconclusive: 'onInconclusive' is no key of this mapping; use one of: alpha, dispersion, dryRun, floor, from, initialDelay, name, onFail, strata, tolerance, warmUp" },
        { "{ name: a, checks: [count] }", "SLIP0102: slipway.yaml:4:36 environments[0].checks[0]: the check 'count' says nothing of where its numbers come from; add from: { source: metrics, total: ..., count: ... }" },
        { "{ name: a, checks: [{ outage: { restarts: 1.5 } }] }", "SLIP0106: slipway.yaml:4:58 environments[0].checks[0].outage.restarts: '1.5' is no whole number; write a number from 0 to 1000" },
        { "{ name: a, promote: auto }", "SLIP0105: slipway.yaml:4:36 environments[0].promote: 'auto' cannot stand here; use one of: approve, automatic, manual" },
        { "{ name: a, promote: { approve: { by: [x], count: 2 } } }", "SLIP0134: slipway.yaml:4:36 environments[0].promote: 2 approvals are asked of 1 who may give them; name more in 'by', lower 'count', or leave 'by' out so that anyone may approve" },
        { "{ name: a, promote: { approve: { count: 0 } } }", "SLIP0134: slipway.yaml:4:36 environments[0].promote: a count of 0 asks for no approval; write count: 1 or more, or remove the approval" },
        { "{ name: a, onFail: stop }", "SLIP0105: slipway.yaml:4:35 environments[0].onFail: 'stop' cannot stand here; use one of: pause, rollback" },
        { "{ name: a, strategy: 3 }", "SLIP0103: slipway.yaml:4:37 environments[0].strategy: '3' stands where a mapping is wanted; write { ramp: { from: 1%, factor: 2, every: 10m }, until: safe } or a list of steps" },
        { "{ name: a, strategy: [] }", "SLIP0131: slipway.yaml:4:37 environments[0].strategy: a strategy that never reaches the end: its last weight is 0 %; end with { weight: 100% }" },
        { "{ name: a, strategy: [{ weight: 50% }, { weight: 20% }, { weight: 100% }] }", "SLIP0130: slipway.yaml:4:55 environments[0].strategy[1]: the weight falls from 50 % to 20 %; let the weights rise; going back is what a rollback does" },
        { "{ name: a, strategy: [{ weight: 5%}, deploy, { weight: 100% }] }", "SLIP0132: slipway.yaml:4:38 environments[0].strategy[0]: a step stands before 'deploy', when there is nothing yet to act on; let 'deploy' be the first step and stand only once; for people to approve before anything starts, use promote: { approve: {...} }" },
        { "{ name: a, strategy: [{ weigth: 5% }] }", "SLIP0101: slipway.yaml:4:40 environments[0].strategy[0].weigth: 'weigth' is no key of this mapping; did you mean 'weight'?" },
        { "{ name: a, strategy: [weight] }", "SLIP0103: slipway.yaml:4:38 environments[0].strategy[0]: 'weight' says too little; write { weight: 5% }" },
        { "{ name: a, strategy: { ramp: { from: 1%, factor: 1 } } }", "SLIP0133: slipway.yaml:4:65 environments[0].strategy.ramp.factor: a ramp by the factor '1' never grows; write a factor above 1, such as 2" },
        { "{ name: a, strategy: { ramp: { from: 1%, step: 0% } } }", "SLIP0133: slipway.yaml:4:63 environments[0].strategy.ramp.step: a ramp by steps of 0 % never grows; write a step above 0%, such as 10%" },
        { "{ name: a, strategy: { ramp: { from: 0%, step: 1% } } }", "SLIP0133: slipway.yaml:4:53 environments[0].strategy.ramp.from: a ramp cannot begin at 0 %; begin above, such as at 1%" },
        { "{ name: a, strategy: { ramp: { from: 50%, to: 20% } } }", "SLIP0133: slipway.yaml:4:45 environments[0].strategy.ramp: the ramp falls from 50 % to 20 %; let 'to' be at least 'from'; going back is what a rollback does" },
        { "{ name: a, strategy: { ramp: { from: 1%, step: 0.01% } } }", "SLIP0112: slipway.yaml:4:45 environments[0].strategy.ramp: the ramp has 9900 weights; take larger steps; a strategy has at most 200" },
        { "{ name: a, strategy: { ramp: { from: 1%, step: 1%, factor: 2 } } }", "SLIP0113: slipway.yaml:4:45 environments[0].strategy.ramp: 'factor' and 'step' cannot stand together; keep one of them" },
        { "{ name: a, strategy: { ramp: { to: 100% } } }", "SLIP0102: slipway.yaml:4:45 environments[0].strategy.ramp: the key 'from' is missing; add from: 1%, or list the weights: [1%, 5%, 25%, 100%]" },
        { "{ name: a, strategy: { ramp: { from: 1%, to: 50% } } }", "SLIP0131: slipway.yaml:4:37 environments[0].strategy: a strategy that never reaches the end: its last weight is 50 %; end with { weight: 100% }" },
        { "{ name: a, strategy: { ramp: { weights: [] } } }", "SLIP0133: slipway.yaml:4:56 environments[0].strategy.ramp.weights: the ramp has no weights; write at least one, such as [1%, 5%, 25%, 100%]" },
        { "{ name: a, strategy: { ramp: { from: 1% }, until: done } }", "SLIP0105: slipway.yaml:4:66 environments[0].strategy.until: 'done' cannot stand here; use one of: safe" },
        { "{ name: a, checks: [], strategy: { ramp: { from: 1% }, until: safe } }", "SLIP0135: slipway.yaml:4:57 environments[0].strategy.ramp: the step waits until the candidate is shown to be safe, but the environment has no checks; add checks: [errors, latency], or wait with { bake: 30m } instead" },
        { "{ name: a }, { name: b, slice: none, strategy: { ramp: { from: 1% }, until: safe } }", "SLIP0135: slipway.yaml:4:71 environments[1].strategy.ramp: the step waits until the candidate is shown to be safe, but the environment takes no traffic that could show it; give the environment a slice, or wait with { bake: 30m } instead" },
        { "{ name: a, strategy: [check, { weight: 100% }] }", "SLIP0135: slipway.yaml:4:38 environments[0].strategy[0]: the step waits until the candidate is shown to be safe, but nobody is sent to it yet; put a weight or an audience before it" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void ABadDocumentIsToldInTheseWords(string document, string problem) => Assert.Equal(problem, First(document));

    [Theory]
    [MemberData(nameof(Environments))]
    public void BadEnvironmentsAreToldInTheseWords(string environments, string problem) =>
        Assert.Equal(problem, First($"{Head}environments: [{environments}]"));

    [Fact]
    public void ALargeDocumentIsNotRead() =>
        Assert.Equal("SLIP0112: slipway.yaml:1:1: the document is larger than 1 MiB; split it into several projects", First(new string('#', Limits.Bytes + 1)));

    [Fact]
    public void TooManyEnvironmentsAreNotRead() =>
        Assert.StartsWith(
            "SLIP0112: slipway.yaml:4:15 environments: the list has 201 entries; keep it to 200",
            First($"{Head}environments: [{string.Join(", ", Enumerable.Range(0, 201).Select(i => $"{{ name: e{i} }}"))}]"),
            StringComparison.Ordinal);

    [Fact]
    public void ADeepDocumentIsNotRead() => Assert.StartsWith("SLIP0112: slipway.yaml:1:33: mappings and lists are nested", First(new string('[', 60) + new string(']', 60)), StringComparison.Ordinal);

    [Fact]
    public void ProblemsAreToldUpToALimit()
    {
        var refused = Assert.IsType<ReadResult.Refused>(YamlReader.ReadProject(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"key{i}: 1")), "slipway.yaml"));

        Assert.Equal(Limits.Problems + 1, refused.Problems.Length);
        Assert.Equal("402 more problems are not shown", refused.Problems[^1].Message);
    }

    private static string First(string document) => Assert.IsType<ReadResult.Refused>(YamlReader.ReadProject(document, "slipway.yaml")).Problems[0].ToString();
}
