-- Two tables, filled, joined, changed and emptied.
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, city INTEGER);
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT);

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO city SELECT i, 'city number ' || i FROM n;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO person SELECT i, 'person ' || (i * 7919 % 60000), i * 31 % 500 + 1 FROM n;

CREATE INDEX person_name ON person (name);

SELECT city.name, count(*), max(person.name), group_concat(substr(person.name, 8), '')
FROM person JOIN city ON person.city = city.id
GROUP BY city.id HAVING count(*) > 1000000;

SELECT count(*) FROM person AS a JOIN person AS b ON a.name = b.name AND a.id <> b.id;

UPDATE person SET name = upper(name) || ' of ' || (SELECT name FROM city WHERE city.id = city)
WHERE id % 3 = 0;

DELETE FROM person WHERE id % 2 = 0;

SELECT count(*), sum(length(name)) FROM (SELECT name FROM person ORDER BY name DESC);
