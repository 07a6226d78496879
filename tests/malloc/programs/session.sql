-- A session whose answers are checked: tables, indices, joins, triggers, text, and a database that
-- grows and shrinks.
PRAGMA cache_size = 200;
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, born INTEGER, note TEXT);
CREATE TABLE visit(id INTEGER PRIMARY KEY, person INTEGER REFERENCES person(id), day INTEGER, cost REAL);
CREATE TABLE journal(what TEXT, id INTEGER);
CREATE TRIGGER person_gone AFTER DELETE ON person BEGIN
  INSERT INTO journal VALUES ('gone', old.id);
END;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO person SELECT i, printf('person %06d', (i * 7919) % 20011), 1900 + i % 120,
                            hex(zeroblob(i % 97)) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
  INSERT INTO visit SELECT i, (i * 31) % 20000 + 1, i % 365, (i % 1000) / 8.0 FROM n;
COMMIT;
CREATE INDEX visit_person ON visit(person);
CREATE INDEX person_name ON person(name);
SELECT count(*), sum(born), sum(length(note)) FROM person;
SELECT name, count(*), sum(cost) FROM person JOIN visit ON visit.person = person.id
  WHERE born = 1950 GROUP BY person.id ORDER BY name LIMIT 20;
SELECT day, count(DISTINCT person), round(avg(cost), 3) FROM visit GROUP BY day ORDER BY 2 DESC, 1 LIMIT 20;
SELECT upper(substr(name, 8)), instr(note, '0') FROM person WHERE name LIKE '%99%' ORDER BY id LIMIT 30;
DELETE FROM person WHERE id % 3 = 0;
SELECT count(*), min(id), max(id) FROM journal;
UPDATE visit SET cost = cost * 2 WHERE person IN (SELECT id FROM person WHERE born > 2000);
SELECT sum(cost) FROM visit;
WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f WHERE a < 100000000000)
  SELECT group_concat(a) FROM f;
SELECT json_group_array(json_object('id', id, 'name', name)) FROM (SELECT * FROM person ORDER BY id LIMIT 50);
SELECT group_concat(x, '') FROM (SELECT substr(name, 1 + id % 9, 2) AS x FROM person ORDER BY name LIMIT 3000);
DROP TABLE visit;
VACUUM;
PRAGMA integrity_check;
