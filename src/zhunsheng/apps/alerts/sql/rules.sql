-- Whatever puts a delivery into the queue, the loop that sends is woken when the transaction commits. It also looks by
-- itself: this only shortens the wait.
CREATE OR REPLACE FUNCTION zs_notify_delivery() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('zs_delivery', '');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER notify_delivery AFTER INSERT ON alerts_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION zs_notify_delivery();
