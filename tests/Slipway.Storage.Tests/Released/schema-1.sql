-- What Slipway 0.1 left in PostgreSQL: schema 1 with three events. Never changes.
CREATE SCHEMA slipway;
CREATE TABLE slipway.schema_version (version int NOT NULL);
CREATE TABLE slipway.events (
    position bigint PRIMARY KEY,
    stream   text COLLATE "C" NOT NULL,
    version  bigint NOT NULL,
    id       uuid NOT NULL,
    type     text NOT NULL,
    data     text NOT NULL,
    at       text NOT NULL,
    UNIQUE (stream, version)
);
CREATE TABLE slipway.positions (last bigint NOT NULL);
INSERT INTO slipway.schema_version VALUES (1);
INSERT INTO slipway.positions VALUES (3);
INSERT INTO slipway.events VALUES (1, 'project:shop', 1, '00000000-0000-0000-0000-000000000001', 'project.candidate-created', '{"$type":"project.candidate-created","candidate":{"id":"1.0.0","number":1,"artifact":{"kind":"archive","digest":"sha256:1.0.0","bytes":1024},"createdBy":"ci","createdAt":"2026-11-01T10:00:00+00:00"},"at":"2026-11-01T10:00:00+00:00"}', '2026-11-01T10:00:00.0000000+00:00');
INSERT INTO slipway.events VALUES (2, 'project:shop', 2, '00000000-0000-0000-0000-000000000002', 'project.candidate-flagged', '{"$type":"project.candidate-flagged","candidate":"1.0.0","by":"ana","why":"verliert Aufträge","at":"2026-11-01T10:05:00+00:00"}', '2026-11-01T10:05:00.0000000+00:00');
INSERT INTO slipway.events VALUES (3, 'environment:shop/production', 1, '00000000-0000-0000-0000-000000000003', 'environment.promotions-held', '{"$type":"environment.promotions-held","by":"ana","why":"looks odd","at":"2026-11-01T10:06:00+00:00"}', '2026-11-01T12:06:00.0000000+02:00');
