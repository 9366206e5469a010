create table core.things (id bigint primary key);
	select '{{ .Values }} <&>  ';   

