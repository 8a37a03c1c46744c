_cronofy_completion() {
    local IFS=$'\n' line=${COMP_LINE:0:COMP_POINT} word kept="" index
    COMPREPLY=( $( env _TYPER_COMPLETE_ARGS="$line" _CRONOFY_COMPLETE=complete_bash $1 ) )
    if [ "${COMPREPLY[*]}" = ":files" ]; then
        COMPREPLY=()
        compopt -o default
        return 0
    fi
    # What stands before a colon or an equals sign is another word to bash, and stays.
    word=${line##*[[:space:]]}
    case $COMP_WORDBREAKS in *[:=]*) kept=${word%"${word##*[:=]}"} ;; esac
    for index in "${!COMPREPLY[@]}"; do
        COMPREPLY[index]=${COMPREPLY[index]#"$kept"}
    done
    return 0
}

complete -F _cronofy_completion cronofy

